import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';

const REGARDLESS = new Set([
  'info',
  'ping',
  'set',
  'getex',
  'time',
  'exists',
  'pubsub|numsub',
  'hello',
  'client|setinfo',
]);

/** A `redis-server` without persistence. */
export class RedisProcess {
  readonly pid: number;

  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
    private readonly folder: string,
    private readonly client: Redis,
  ) {
    this.pid = child.pid!;
  }

  static async start(): Promise<RedisProcess> {
    const folder = await mkdtemp(join(tmpdir(), 'redis-'));
    const path = join(folder, 'redis.sock');
    const settings = [
      '--port',
      '0',
      '--unixsocket',
      path,
      '--dir',
      folder,
      '--save',
      '',
      '--appendonly',
      'no',
    ];
    const child = spawn('redis-server', settings, { stdio: 'ignore' });
    await once(child, 'spawn');
    const client = new Redis(path, { retryStrategy: () => 50, maxRetriesPerRequest: null });
    client.on('error', () => undefined);
    while ((await client.ping()) !== 'PONG') await sleep(50);
    return new RedisProcess(path, child, folder, client);
  }

  /** Reads a number from `INFO`. */
  async figure(name: string): Promise<number> {
    return Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(await this.client.info())![1]);
  }

  /**
   * Counts the commands so far: EVALSHA is one, and each command of its script another one. What nodes and this client
   * do regardless of calls is left out: the beats of nodes, and INFO.
   */
  async callCommands(): Promise<number> {
    let count = 0;
    for (const [, name, calls] of (await this.client.info('commandstats')).matchAll(
      /^cmdstat_([^:]+):calls=(\d+)/gm,
    ))
      if (!REGARDLESS.has(name!)) count += Number(calls);
    return count;
  }

  async stop(): Promise<void> {
    this.client.disconnect();
    this.child.kill();
    await once(this.child, 'exit');
    await rm(this.folder, { recursive: true, force: true });
  }
}
