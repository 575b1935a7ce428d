/**
 * Measures the cost of a call on several nodes that share a Redis, at the node that owns the session and at another one,
 * compared with a single node without Redis: CPU, commands of Redis, and the round trips to Redis on which the answer
 * waits. Then measures the memory of an idle session.
 *
 *     npm run bench:cluster [-- --adapter fastify] [--rounds 3] [--docs]
 *
 * `--docs` writes the tables to docs/scaling.md. It needs redis-server.
 */
import { parseArgs } from 'node:util';
import { format } from 'prettier';
import { loadNodes, traceCalls, type CallCost } from './cluster/load-nodes.js';
import { RedisProcess } from './cluster/redis-process.js';
import { LINK_MS, SlowLink } from './cluster/slow-link.js';
import { McpLoadClient, type TransportName } from './load/mcp-load.client.js';
import type { McpSession } from './load/mcp-session.js';
import { formatNumber } from './report/format-number.js';
import { writeSection } from './report/write-section.js';
import { pinLoad } from './run/pin-load.js';
import { ServerProcess } from './run/server-process.js';
import { median } from './run/statistics.js';
import { repeat } from './scenarios/repeat.js';

const LABELS = { sse: 'HTTP+SSE', http: 'Streamable HTTP' } as const;
const PLACES = ['one node, without a cluster', 'at the node of the session', 'at another node'] as const;
const IDLE_SESSIONS = 2_000;
const TRACED_CALLS = 50;
/** Longer than the writes take that follow an answer. */
const SETTLE_MS = 3;
const AT_A_TIME = 10;

const { values } = parseArgs({
  options: {
    adapter: { type: 'string', default: 'fastify' },
    rounds: { type: 'string', default: '3' },
    docs: { type: 'boolean', default: false },
  },
});

pinLoad();
const costs = new Map<string, CallCost[]>();
const traces = new Map<string, { commands: number; roundTrips: number }>();
const idle: { node: number; redis: number }[] = [];
for (let round = 0; round < Number(values.rounds); round++) {
  for (const transport of ['sse', 'http'] as const) {
    await withNodes(transport, 1, undefined, async ([node]) =>
      note(transport, PLACES[0], await loadNodes({ transport, owner: node!, entry: node! })),
    );
    const redis = await RedisProcess.start();
    try {
      if (round === 0) await traceBoth(transport, redis);
      await withNodes(transport, 2, redis.url, async ([owner, other]) => {
        const load = { transport, owner: owner!, redis };
        note(transport, PLACES[1], await loadNodes({ ...load, entry: owner! }));
        note(transport, PLACES[2], await loadNodes({ ...load, entry: other! }));
      });
      if (transport === 'sse')
        await withNodes(transport, 1, redis.url, ([node]) => measureIdle(node!, redis));
    } finally {
      await redis.stop();
    }
  }
}
const page = [callTable(), idleText()].join('\n\n');
process.stdout.write(`${page}\n`);
if (values.docs) writeSection('docs/scaling.md', 'figures', await format(page, { parser: 'markdown' }));

async function withNodes<T>(
  transport: TransportName,
  count: number,
  url: string | undefined,
  run: (nodes: readonly ServerProcess[]) => Promise<T>,
): Promise<T> {
  const command = ['bench/dist/bench/cluster/server.js', values.adapter, ...(url === undefined ? [] : [url])];
  const path = transport === 'sse' ? '/sse' : '/mcp';
  const nodes: ServerProcess[] = [];
  try {
    while (nodes.length < count)
      nodes.push(
        await ServerProcess.start({ name: 'node', label: 'node', transport, path, command, own: true }),
      );
    return await run(nodes);
  } finally {
    await Promise.all(nodes.map((node) => node.stop()));
  }
}

/** Commands and round trips of a call that nothing else is mixed with. */
async function traceBoth(transport: keyof typeof LABELS, redis: RedisProcess): Promise<void> {
  const link = await SlowLink.to(redis.url);
  const trace = (url: string, pauseMs: number) =>
    withNodes(transport, 2, url, async ([owner, other]) => {
      const load = { transport, owner: owner!, redis };
      return [
        await traceCalls({ ...load, entry: owner! }, TRACED_CALLS, pauseMs),
        await traceCalls({ ...load, entry: other! }, TRACED_CALLS, pauseMs),
      ] as const;
    });
  const direct = await trace(redis.url, SETTLE_MS);
  const slow = await trace(link.url, SETTLE_MS + 2 * LINK_MS);
  link.close();
  direct.forEach(({ ms, commands }, index) => {
    const roundTrips = (slow[index]!.ms - ms) / LINK_MS;
    traces.set(`${LABELS[transport]}, ${PLACES[index + 1]}`, { commands, roundTrips });
  });
}

async function measureIdle(node: ServerProcess, redis: RedisProcess): Promise<void> {
  const client = new McpLoadClient(node.url, 'sse');
  const read = async () => ({
    node: (await node.memory()).rssKib,
    redis: (await redis.figure('used_memory')) / 1024,
  });
  const first = await client.open();
  const before = await read();
  const sessions: McpSession[] = [];
  await repeat(IDLE_SESSIONS, AT_A_TIME, async () => void sessions.push(await client.open()));
  const after = await read();
  await Promise.all([first, ...sessions].map((session) => session.close()));
  idle.push({
    node: (after.node - before.node) / IDLE_SESSIONS,
    redis: (after.redis - before.redis) / IDLE_SESSIONS,
  });
}

function note(transport: keyof typeof LABELS, place: string, cost: CallCost): void {
  const key = `${LABELS[transport]}, ${place}`;
  costs.set(key, [...(costs.get(key) ?? []), cost]);
  process.stderr.write(`${key}: ${JSON.stringify(cost)}\n`);
}

function callTable(): string {
  const head = [
    'µs of CPU for a call',
    'nodes',
    'to one node alone',
    'to the node of the session',
    'Redis',
    'commands',
    'commands of a single call',
    'round trips',
  ];
  const rows = [...costs].map(([key, all]) => {
    const of = (name: keyof CallCost) => median(all.map((cost) => cost[name]))!;
    const [transport] = key.split(',');
    const to = (place: string) => median(costs.get(`${transport}, ${place}`)!.map(({ nodes }) => nodes))!;
    const trace = traces.get(key);
    return [
      key,
      formatNumber(of('nodes')),
      `${(of('nodes') / to(PLACES[0])).toFixed(1)} ×`,
      `${(of('nodes') / to(PLACES[1])).toFixed(1)} ×`,
      formatNumber(of('redis')),
      of('commands').toFixed(1),
      trace ? trace.commands.toFixed(1) : '0.0',
      trace ? trace.roundTrips.toFixed(1) : '0.0',
    ];
  });
  return [head, ['---', ...head.slice(1).map(() => '---:')], ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

function idleText(): string {
  const of = (name: 'node' | 'redis') => formatNumber(median(idle.map((each) => each[name]))!);
  return `An idle HTTP+SSE session takes ${of('node')} KiB of its node and ${of('redis')} KiB of Redis.`;
}
