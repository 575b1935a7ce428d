/**
 * Measures what nginx before the server, or TLS in its process, changes about a call:
 *
 *     npm run bench:front [-- --adapter fastify] [--rounds 1] [--docs]
 *
 * `--docs` writes the table to docs/performance.md. It needs nginx and openssl.
 */
import { parseArgs } from 'node:util';
import { formatNumber } from './report/format-number.js';
import { markdownTable } from './report/markdown-table.js';
import { writePerformance } from './report/write-section.js';
import { measureApart, type MeasureOptions } from './run/measure-apart.js';
import { TRANSPORT_LABELS, TRANSPORTS } from './run/servers.js';
import { median } from './run/statistics.js';
import type { ScenarioResult } from './scenarios/scenario.js';

const FRONTS: readonly (readonly [string, MeasureOptions])[] = [
  ['direct', {}],
  ['TLS in the process', { front: 'tls' }],
  ['behind nginx', { front: 'nginx' }],
];
/** CPU is measured under load; latency with one client, since it would otherwise be time in the queue. */
const LOADED = { sessions: 32, seconds: 1.2, warmup: 2.5 };
const ALONE = { sessions: 1, seconds: 0.6, warmup: 1.5 };

interface Outcome {
  readonly loaded: ScenarioResult;
  readonly alone: ScenarioResult;
}

const { values } = parseArgs({
  options: {
    adapter: { type: 'string', default: 'fastify' },
    rounds: { type: 'string', default: '1' },
    docs: { type: 'boolean', default: false },
  },
});

const outcomes = new Map<string, Outcome[]>();
for (let round = 0; round < Number(values.rounds); round++)
  for (const transport of TRANSPORTS)
    for (const [front, options] of FRONTS) {
      const server = `${values.adapter}-${transport}`;
      const outcome = {
        loaded: await measureApart(server, 'call', { ...LOADED, reference: server, ...options }),
        alone: await measureApart(server, 'call', { ...ALONE, ...options }),
      };
      const key = `${TRANSPORT_LABELS[transport]}, ${front}`;
      outcomes.set(key, [...(outcomes.get(key) ?? []), outcome]);
      process.stderr.write(`${key}: ${JSON.stringify(outcome)}\n`);
    }

const rows = TRANSPORTS.flatMap((transport) => {
  const label = TRANSPORT_LABELS[transport];
  return FRONTS.map(([front]) => {
    const measured = outcomes.get(`${label}, ${front}`)!;
    const of = (figure: (outcome: Outcome) => number | undefined, text: (value: number) => string) => {
      const value = median(measured.flatMap((outcome) => figure(outcome) ?? []));
      return value === undefined ? '–' : text(value);
    };
    return [
      `${label}, ${front}`,
      of(({ loaded }) => loaded.cpuMicrosPerOperation, formatNumber),
      of(
        ({ loaded }) => loaded.cpuRatio,
        (ratio) => `${formatNumber(ratio)}×`,
      ),
      of(({ loaded }) => loaded.proxyCpuMicrosPerOperation, formatNumber),
      of(({ alone }) => alone.latencyMs?.p50, formatNumber),
      of(({ alone }) => alone.latencyMs?.p99, formatNumber),
    ];
  });
});
const head = ['a call', 'CPU of the server, µs', 'to direct', 'CPU of nginx, µs', 'p50, ms', 'p99, ms'];
const table = markdownTable([head, ...rows]);
process.stdout.write(`${table}\n`);
if (values.docs) await writePerformance('front', table);
process.exit();
