import { EchoExchange } from '../exchanges/echo.exchange.js';
import type { TransportName } from '../load/mcp-load.client.js';
import type { McpSession } from '../load/mcp-session.js';
import { SseSession } from '../load/sse.session.js';
import { StreamableHttpSession } from '../load/streamable-http.session.js';
import { cpuTaken } from '../run/cpu-taken.js';
import { processSeconds } from '../run/proc-stat.js';
import type { ServerProcess } from '../run/server-process.js';
import { MovingPool } from './moving-pool.js';
import type { RedisProcess } from './redis-process.js';

export interface CallCost {
  /** Microseconds of CPU of all nodes together, and of Redis. */
  readonly nodes: number;
  readonly redis: number;
  /** Commands that Redis runs, including those of scripts. */
  readonly commands: number;
  readonly callsPerSecond: number;
}

interface Load {
  readonly transport: TransportName;
  /** The node that owns the sessions, and the node that receives their POSTs. */
  readonly owner: ServerProcess;
  readonly entry: ServerProcess;
  readonly redis?: RedisProcess;
}

const SESSIONS = 32;
const SECONDS = 2;
const WARMUP_SECONDS = 3;
const TEXT = 'x'.repeat(64);

/** Measures the cost of calls that arrive at one node, with sessions on the same or another node. */
export async function loadNodes({ transport, owner, entry, redis }: Load): Promise<CallCost> {
  const sessions = await Promise.all(Array.from({ length: SESSIONS }, () => open(transport, owner, entry)));
  const end = new AbortController();
  let calls = 0;
  const loops = Promise.all(
    sessions.map(async (session) => {
      while (!end.signal.aborted) {
        await session.exchange(new EchoExchange(session.nextId(), TEXT));
        calls++;
      }
    }),
  );
  await Promise.race([cpuTaken(owner.pid, WARMUP_SECONDS), loops]);
  const nodes = [...new Set([owner, entry])];
  const now = async () => ({
    time: performance.now() / 1_000,
    nodes: nodes.reduce((sum, { pid }) => sum + processSeconds(pid), 0),
    redis: redis ? processSeconds(redis.pid) : 0,
    commands: redis ? await redis.figure('total_commands_processed') : 0,
    calls,
  });
  const start = await now();
  await Promise.race([cpuTaken(owner.pid, SECONDS), loops]);
  const stop = await now();
  end.abort();
  await loops;
  await Promise.all(sessions.map((session) => session.close()));
  const counted = stop.calls - start.calls;
  return {
    nodes: ((stop.nodes - start.nodes) * 1e6) / counted,
    redis: ((stop.redis - start.redis) * 1e6) / counted,
    commands: (stop.commands - start.commands) / counted,
    callsPerSecond: counted / (stop.time - start.time),
  };
}

/** Opens a session on one node that posts to the other. */
async function open(
  transport: TransportName,
  owner: ServerProcess,
  entry: ServerProcess,
): Promise<McpSession> {
  const pool = new MovingPool(owner.url);
  const type = transport === 'sse' ? SseSession : StreamableHttpSession;
  const session = await type.open(owner.url, pool);
  if (entry !== owner) pool.moveTo(entry.url);
  return session;
}
