/**
 * Measures what a second process on the same machine gives: calls per second, and the CPU of the servers and of the load,
 * which share the cores.
 *
 *     npm run bench:processes [-- --adapter fastify]
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { RedisProcess } from './cluster/redis-process.js';
import { EchoExchange } from './exchanges/echo.exchange.js';
import { McpLoadClient } from './load/mcp-load.client.js';
import { processSeconds } from './run/proc-stat.js';

const SESSIONS = 32;
const WARMUP_MS = 4_000;
const MS = 5_000;
const TEXT = 'x'.repeat(64);
const SERVER = new URL('cluster/processes-server.js', import.meta.url);
const { values } = parseArgs({ options: { adapter: { type: 'string', default: 'fastify' } } });

const redis = await RedisProcess.start();
try {
  process.stdout.write('| processes | clients | calls/s | µs servers | µs Redis | µs load |\n');
  for (const [transport, url] of [
    ['modern', undefined],
    ['http', redis.url],
    ['sse', redis.url],
  ] as const)
    for (const count of [1, 2]) await measure(transport, count, url);
} finally {
  await redis.stop();
}

async function measure(transport: 'modern' | 'http' | 'sse', count: number, url?: string): Promise<void> {
  const port = await freePort();
  const args = [values.adapter, String(count), ...(url === undefined ? [] : [url])];
  const server = fork(SERVER, args, {
    env: { ...process.env, NODE_ENV: 'production', PORT: String(port) },
  });
  const [pids] = (await once(server, 'message')) as [number[]];
  const client = new McpLoadClient(
    new URL(`http://127.0.0.1:${port}/${transport === 'sse' ? 'sse' : 'mcp'}`),
    transport,
  );
  const sessions = await Promise.all(Array.from({ length: SESSIONS }, () => client.open()));
  let calls = 0;
  const end = new AbortController();
  const loops = sessions.map(async (session) => {
    for (; !end.signal.aborted; calls++) await session.exchange(new EchoExchange(session.nextId(), TEXT));
  });
  const now = () => ({
    calls,
    servers: [server.pid!, ...pids].reduce((sum, pid) => sum + processSeconds(pid), 0),
    redis: processSeconds(redis.pid),
    load: processSeconds(process.pid),
    time: performance.now() / 1_000,
  });
  await Promise.race([sleep(WARMUP_MS), Promise.all(loops)]);
  const before = now();
  await Promise.race([sleep(MS), Promise.all(loops)]);
  const after = now();
  end.abort();
  await Promise.all(loops);
  await Promise.all(sessions.map((session) => session.close()));
  server.kill();
  await once(server, 'exit');
  const made = after.calls - before.calls;
  const of = (name: 'servers' | 'redis' | 'load') => Math.round(((after[name] - before[name]) * 1e6) / made);
  const rate = Math.round(made / (after.time - before.time));
  process.stdout.write(
    `| ${count} | ${transport} | ${rate} | ${of('servers')} | ${of('redis')} | ${of('load')} |\n`,
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
