/**
 * Measures what a call costs as sessions, tools and subscriptions grow:
 *
 *     npm run bench:growth [-- --adapter fastify] [--transport sse] [--docs]
 *
 * `--docs` writes the table to docs/performance.md.
 */
import { parseArgs } from 'node:util';
import { format } from 'prettier';
import { costOfCall, type Burden } from './growth/cost-of-call.js';
import { formatNumber } from './report/format-number.js';
import { writeSection } from './report/write-section.js';
import { pinLoad } from './run/pin-load.js';

const SIZES = [10, 100, 1_000, 10_000];
const BASE: Burden = { sessions: 10, tools: 10, subscriptions: 0 };
const GROWING: readonly { title: string; sizes: readonly number[]; burden: (size: number) => Burden }[] = [
  { title: 'sessions', sizes: SIZES, burden: (sessions) => ({ ...BASE, sessions }) },
  { title: 'tools', sizes: [1, ...SIZES.slice(0, 3)], burden: (tools) => ({ ...BASE, tools }) },
  { title: 'subscriptions', sizes: SIZES, burden: (subscriptions) => ({ ...BASE, subscriptions }) },
];

const { values } = parseArgs({
  options: {
    adapter: { type: 'string', default: 'fastify' },
    transport: { type: 'string', default: 'sse' },
    docs: { type: 'boolean', default: false },
  },
});
const transport = values.transport === 'http' ? 'http' : 'sse';

pinLoad();
const columns = [1, ...SIZES];
const rows: string[][] = [];
for (const { title, sizes, burden } of GROWING) {
  const costs = new Map<number, string>();
  for (const size of sizes) {
    costs.set(size, formatNumber(await costOfCall(values.adapter, transport, burden(size))));
    process.stderr.write(`${size} ${title}: ${costs.get(size)} µs\n`);
  }
  rows.push([title, ...columns.map((size) => costs.get(size) ?? '–')]);
}

const table = [
  ['µs per call', ...columns.map((size) => size.toLocaleString('en-US'))],
  ['---', ...columns.map(() => '---:')],
  ...rows,
]
  .map((cells) => `| ${cells.join(' | ')} |`)
  .join('\n');
process.stdout.write(`${table}\n`);
const name = `${values.adapter}, ${transport === 'sse' ? 'HTTP+SSE' : 'Streamable HTTP'}`;
const text = `On ${name}; a call goes to one session after the other, ten at a time.\n\n${table}`;
if (values.docs)
  writeSection('docs/performance.md', 'growth', (await format(text, { parser: 'markdown' })).trim());
process.exit();
