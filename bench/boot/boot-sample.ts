import { McpLoadClient, type TransportName } from '../load/mcp-load.client.js';
import { EchoExchange } from '../exchanges/echo.exchange.js';
import type { McpSession } from '../load/mcp-session.js';
import type { Boot } from '../run/server-hook.js';
import { ServerProcess } from '../run/server-process.js';
import type { MeasuredServer } from '../run/servers.js';
import { median } from '../run/statistics.js';

/** The boot of an application. Times are in milliseconds. */
export interface BootSample {
  readonly wallMs: number;
  readonly cpuMs: number;
  /** From `NestFactory.create()` on. */
  readonly createMs: number;
}

/** The first call of a process and those that follow it, one after the other. */
export interface CallSample {
  readonly firstMs: number;
  readonly firstCpuMs: number;
  /** The median. */
  readonly nextMs: number;
  /** The mean. */
  readonly nextCpuMs: number;
  /** The median once the code is optimized. */
  readonly warmMs: number;
}

const NEXT = 200;
const WARM = 3_000;
const TEXT = 'x'.repeat(64);

/** Boots an application in a process of its own. */
export function measureBoot(adapter: string, part: 'with' | 'without'): Promise<BootSample> {
  return withServer(bootServer(adapter, part, 'http'), async (server) => {
    const { wallMs, cpuMs, createdMs = 0 } = await server.ask<Boot>('boot');
    return { wallMs, cpuMs, createMs: wallMs - createdMs };
  });
}

/** Calls a tool of a server in a new process. The session is open already, where there are sessions. */
export function measureCalls(measured: MeasuredServer): Promise<CallSample> {
  return withServer(measured, async (server) => {
    const session = await new McpLoadClient(server.url, measured.transport).open();
    const first = await timed(server, () => call(session));
    const times: number[] = [];
    const next = await timed(server, async () => {
      for (let index = 0; index < NEXT; index++) times.push(await wallMs(() => call(session)));
    });
    for (let index = 0; index < WARM; index++) await call(session);
    const warm: number[] = [];
    for (let index = 0; index < NEXT; index++) warm.push(await wallMs(() => call(session)));
    return {
      firstMs: first.wallMs,
      firstCpuMs: first.cpuMs,
      nextMs: median(times)!,
      nextCpuMs: next.cpuMs / NEXT,
      warmMs: median(warm)!,
    };
  });
}

export function bootServer(adapter: string, part: string, transport: TransportName): MeasuredServer {
  const name = `${adapter}, ${part}`;
  const path = transport === 'sse' ? '/sse' : '/mcp';
  const command = ['bench/dist/bundled/bench/boot/server.js', adapter, part];
  return { name, label: name, transport, path, command, own: true };
}

async function withServer<T>(
  measured: MeasuredServer,
  run: (server: ServerProcess) => Promise<T>,
): Promise<T> {
  const server = await ServerProcess.start(measured);
  try {
    return await run(server);
  } finally {
    await server.stop();
  }
}

function call(session: McpSession): Promise<void> {
  return session.exchange(new EchoExchange(session.nextId(), TEXT));
}

async function timed(server: ServerProcess, run: () => Promise<void>) {
  const before = await server.ask<number>('cpu');
  const elapsed = await wallMs(run);
  return { wallMs: elapsed, cpuMs: (await server.ask<number>('cpu')) - before };
}

async function wallMs(run: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}
