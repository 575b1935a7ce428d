/**
 * Measures the cost of a call as sessions, tools and subscriptions grow:
 *
 *     npm run bench:growth [-- --adapter fastify] [--transport sse] [--rounds 2] [--docs]
 *
 * `--docs` writes the table to docs/performance.md.
 */
import { parseArgs } from 'node:util';
import { costOfCall, type Burden } from './growth/cost-of-call.js';
import { formatNumber } from './report/format-number.js';
import { markdownTable } from './report/markdown-table.js';
import { writePerformance } from './report/write-section.js';
import { pinLoad } from './run/pin-load.js';
import { median } from './run/statistics.js';

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
    rounds: { type: 'string', default: '2' },
    docs: { type: 'boolean', default: false },
  },
});
const transport = values.transport === 'http' ? 'http' : 'sse';

pinLoad();
const columns = [1, ...SIZES];
const costs = new Map<string, number[]>();
for (let round = 0; round < Number(values.rounds); round++)
  for (const { title, sizes, burden } of GROWING)
    for (const size of sizes) {
      const key = `${size} ${title}`;
      const cost = await costOfCall(values.adapter, transport, burden(size));
      costs.set(key, [...(costs.get(key) ?? []), cost]);
      process.stderr.write(`${key}: ${formatNumber(cost)} µs\n`);
    }
const rows = GROWING.map(({ title }) => [
  title,
  ...columns.map((size) => {
    const cost = median(costs.get(`${size} ${title}`) ?? []);
    return cost === undefined ? '–' : formatNumber(cost);
  }),
]);

const table = markdownTable([
  ['µs per call', ...columns.map((size) => size.toLocaleString('en-US'))],
  ...rows,
]);
process.stdout.write(`${table}\n`);
const name = `${values.adapter}, ${transport === 'sse' ? 'HTTP+SSE' : 'Streamable HTTP'}`;
const text = `On ${name}; a call goes to one session after the other, ten at a time.\n\n${table}`;
if (values.docs) await writePerformance('growth', text);
process.exit();
