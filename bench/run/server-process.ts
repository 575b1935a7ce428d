import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { MeasuredServer } from './servers.js';

export interface ServerMemory {
  readonly rssKib: number;
  readonly heapKib: number;
}

const SERVER_CORE = '0';
const START_MS = 30_000;
const STOP_MS = 5_000;
/** For sockets that were just closed to be closed on the other side too. */
const SETTLE_MS = 600;
const MEMORY_HOOK = fileURLToPath(new URL('memory-hook.js', import.meta.url));
const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

/** A server that runs on a core of its own. */
export class ServerProcess {
  readonly pid: number;

  private constructor(
    private readonly child: ChildProcess,
    readonly url: URL,
  ) {
    this.pid = child.pid!;
  }

  /**
   * Resolves once it listens.
   *
   * @param nodeOptions options of Node besides those that all servers get
   */
  static async start(
    { name, command, path }: MeasuredServer,
    nodeOptions: readonly string[] = [],
  ): Promise<ServerProcess> {
    const port = await freePort();
    const node = [process.execPath, '--expose-gc', '--import', MEMORY_HOOK, ...nodeOptions];
    const child = spawn('taskset', ['-c', SERVER_CORE, ...node, ...command], {
      cwd: ROOT,
      env: { ...process.env, NODE_ENV: 'production', PORT: String(port) },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const deadline = Date.now() + START_MS;
    while (!(await listens(port))) {
      if (child.exitCode !== null)
        throw new Error(`${name} ended with ${child.exitCode} before it listened.`);
      if (Date.now() > deadline) throw new Error(`${name} does not listen after ${START_MS} ms.`);
      await sleep(20);
    }
    return new ServerProcess(child, new URL(path, `http://127.0.0.1:${port}`));
  }

  /** What is left after garbage was collected. */
  async memory(): Promise<ServerMemory> {
    await sleep(SETTLE_MS);
    const { rss, heapUsed } = await this.ask<NodeJS.MemoryUsage>('memory');
    return { rssKib: rss / 1024, heapKib: heapUsed / 1024 };
  }

  /** Asks what was preloaded into the server. */
  async ask<T>(question: string): Promise<T> {
    const answer = once(this.child, 'message') as Promise<[T]>;
    this.child.send(question);
    const [value] = await answer;
    return value;
  }

  async stop(): Promise<void> {
    const exit = once(this.child, 'exit');
    this.child.kill();
    const killer = setTimeout(() => this.child.kill('SIGKILL'), STOP_MS);
    await exit;
    clearTimeout(killer);
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
      .on('connect', () => {
        socket.destroy();
        resolve(true);
      })
      .on('error', () => resolve(false));
  });
}
