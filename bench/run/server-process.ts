import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { MeasuredServer } from './servers.js';

export interface ServerMemory {
  readonly rssKib: number;
  readonly heapKib: number;
}

const SERVER_CORE = '0';
const START_MS = 120_000;
const STOP_MS = 5_000;
/** Time for the server to notice closed sockets. */
const SETTLE_MS = 600;
const SERVER_HOOK = fileURLToPath(new URL('server-hook.js', import.meta.url));
const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

/** A server process on its own core. */
export class ServerProcess {
  readonly pid: number;
  url!: URL;
  private readonly ended: Promise<never>;

  private constructor(
    private readonly child: ChildProcess,
    name: string,
  ) {
    this.pid = child.pid!;
    this.ended = once(child, 'exit').then(([code]) => {
      throw new Error(`${name} ended with ${String(code)}.`);
    });
    this.ended.catch(() => undefined);
  }

  /**
   * Resolves once it listens.
   *
   * @param nodeOptions further Node options besides those that all servers get
   * @param executable path of Node
   */
  static async start(
    { name, command, path, secure }: MeasuredServer,
    nodeOptions: readonly string[] = [],
    executable = process.execPath,
  ): Promise<ServerProcess> {
    const node = [executable, '--expose-gc', '--import', SERVER_HOOK, ...nodeOptions];
    const child = spawn('taskset', ['-c', SERVER_CORE, ...node, ...command], {
      cwd: ROOT,
      env: { ...process.env, NODE_ENV: 'production', PORT: '0' },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const server = new ServerProcess(child, name);
    try {
      const port = await server.message<number>(AbortSignal.timeout(START_MS));
      server.url = new URL(path, `${secure ? 'https' : 'http'}://127.0.0.1:${port}`);
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
    return server;
  }

  /** Memory after a garbage collection. */
  async memory(): Promise<ServerMemory> {
    await sleep(SETTLE_MS);
    const { rss, heapUsed } = await this.ask<NodeJS.MemoryUsage>('memory');
    return { rssKib: rss / 1024, heapKib: heapUsed / 1024 };
  }

  /** Sends a request to the hook that was preloaded into the server. */
  ask<T>(question: string): Promise<T> {
    const answer = this.message<T>();
    this.child.send(question);
    return answer;
  }

  async stop(): Promise<void> {
    this.child.kill();
    const killer = setTimeout(() => this.child.kill('SIGKILL'), STOP_MS);
    await this.ended.catch(() => undefined);
    clearTimeout(killer);
  }

  private async message<T>(signal?: AbortSignal): Promise<T> {
    const message = once(this.child, 'message', { signal }) as Promise<[T]>;
    const [value] = await Promise.race([message, this.ended]);
    return value;
  }
}
