import { setTimeout as sleep } from 'node:timers/promises';
import { EchoExchange } from '../exchanges/echo.exchange.js';
import type { TransportName } from '../load/mcp-load.client.js';
import type { McpSession } from '../load/mcp-session.js';
import { SseSession } from '../load/sse.session.js';
import { StreamableHttpSession } from '../load/streamable-http.session.js';
import { cpuTaken } from '../run/cpu-taken.js';
import { processSeconds } from '../run/proc-stat.js';
import type { ServerProcess } from '../run/server-process.js';
import { median } from '../run/statistics.js';
import { MovingPool } from './moving-pool.js';
import type { RedisProcess } from './redis-process.js';

export interface CallCost {
  /** Microseconds of CPU of all nodes together, and of Redis. */
  readonly nodes: number;
  readonly redis: number;
  /** Commands that Redis runs for calls; see `RedisProcess.callCommands`. */
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
    commands: redis ? await redis.callCommands() : 0,
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

/** What one call does while nothing else happens. */
export interface CallTrace {
  /** Milliseconds until its answer is there. */
  readonly ms: number;
  readonly commands: number;
}

/**
 * Makes calls one after the other, each once the last one is done with Redis.
 *
 * @param pauseMs how long that takes
 */
export async function traceCalls(
  { transport, owner, entry, redis }: Load,
  calls: number,
  pauseMs: number,
): Promise<CallTrace> {
  const session = await open(transport, owner, entry);
  const call = async () => {
    const start = performance.now();
    await session.exchange(new EchoExchange(session.nextId(), TEXT));
    const ms = performance.now() - start;
    await sleep(pauseMs);
    return ms;
  };
  await call();
  const before = await redis!.callCommands();
  const all: number[] = [];
  while (all.length < calls) all.push(await call());
  const commands = ((await redis!.callCommands()) - before) / calls;
  await session.close();
  return { ms: median(all)!, commands };
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
