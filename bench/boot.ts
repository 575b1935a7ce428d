/**
 * Measures the boot of an application with 1,000 tools, compared with the same application without MCP, and the first call
 * of a process, compared with those that follow:
 *
 *     npm run bench:boot [-- --rounds 5] [--only boot|calls] [--docs]
 *
 * Each figure is the median over processes that ran in turns, after a round that warms the load. `--docs` writes the tables
 * to docs/performance.md.
 */
import { parseArgs } from 'node:util';
import { format } from 'prettier';
import { bootServer, measureBoot, measureCalls } from './boot/boot-sample.js';
import { formatNumber } from './report/format-number.js';
import { writeSection } from './report/write-section.js';
import { pinLoad } from './run/pin-load.js';
import { SERVERS } from './run/servers.js';
import { median } from './run/statistics.js';

const ADAPTERS = ['express', 'fastify'];
const TRANSPORTS = ['sse', 'http', 'modern'] as const;
const FLOORS = SERVERS.filter(({ name }) => name.startsWith('floor-'));
const OWN = TRANSPORTS.flatMap((transport) =>
  ADAPTERS.map((adapter) => bootServer(adapter, 'with', transport)),
);
const LABELS = { sse: 'HTTP+SSE', http: 'Streamable HTTP', modern: 'Revision 2026-07-28' };

const BOOT_FIGURES = { wallMs: 'the process', cpuMs: 'its CPU', createMs: 'since NestFactory.create()' };

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    only: { type: 'string' },
    docs: { type: 'boolean', default: false },
  },
});

type Sample = Record<string, number>;
const samples = new Map<string, Sample[]>();

pinLoad();
for (let round = 0; round <= Number(values.rounds); round++) {
  const note = (key: string, sample: object) => {
    if (round > 0) samples.set(key, [...(samples.get(key) ?? []), sample as Sample]);
  };
  if (values.only !== 'calls')
    for (const adapter of ADAPTERS)
      for (const part of ['without', 'with'] as const)
        note(`${adapter}, ${part}`, await measureBoot(adapter, part));
  if (values.only !== 'boot')
    for (const server of [...FLOORS, ...OWN])
      note(`${server.name}, ${server.transport}`, await measureCalls(server));
}

const tables = [values.only !== 'calls' && bootTable(), values.only !== 'boot' && callTable()].filter(
  (table) => table !== false,
);
process.stdout.write(`${tables.join('\n\n')}\n`);
if (values.docs)
  writeSection(
    'docs/performance.md',
    'boot',
    (await format(tables.join('\n\n'), { parser: 'markdown' })).trim(),
  );
process.exit();

function bootTable(): string {
  const rows = ADAPTERS.flatMap((adapter) =>
    (['wallMs', 'cpuMs', 'createMs'] as const).map((figure) => {
      const [without, own] = ['without', 'with'].map((part) => middle(`${adapter}, ${part}`, figure));
      return [
        `${adapter}: ${BOOT_FIGURES[figure]}`,
        formatNumber(without!),
        formatNumber(own!),
        ratio(own!, without!),
      ];
    }),
  );
  return table(['ms until it listens', 'without MCP', '1,000 tools', 'ratio'], rows);
}

function callTable(): string {
  const rows = [...FLOORS, ...OWN].map(({ name, label, transport }) => {
    const of = (figure: string) => middle(`${name}, ${transport}`, figure);
    return [
      `${LABELS[transport]}, ${label.replace(', with', '')}`,
      ...['firstMs', 'nextMs'].map((figure) => formatNumber(of(figure))),
      ratio(of('firstMs'), of('nextMs')),
      formatNumber(of('warmMs')),
      ...['firstCpuMs', 'nextCpuMs'].map((figure) => formatNumber(of(figure))),
    ];
  });
  const head = ['ms per call', 'first', 'next 200', 'ratio', 'warm', 'first, CPU', 'next 200, CPU'];
  return table(head, rows);
}

function middle(key: string, figure: string): number {
  return median(samples.get(key)!.map((sample) => sample[figure]!))!;
}

function ratio(value: number, other: number): string {
  return `${(value / other).toFixed(2)}×`;
}

function table(head: readonly string[], rows: readonly string[][]): string {
  return [head, ['---', ...head.slice(1).map(() => '---:')], ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}
