import { createHash } from 'node:crypto';
import type { ClusterReports } from '../model/cluster/cluster-reports.js';
import { BEAT_MS, LEASE_MS } from '../model/cluster/node-lease.js';
import { ClusterUnavailableError } from '../model/errors/cluster.errors.js';
import { expiryOf, type McpTaskChange, type McpTaskRecord } from '../model/tasks/mcp-task-record.js';
import type { McpTaskStorage, McpTaskStore } from '../model/tasks/mcp-task-store.js';
import { ioredis } from './ioredis.js';
import { prefixOf, type RedisClusterOptions } from './redis-cluster.options.js';
import type { RedisClient } from './redis-clients.js';
import { RedisConnection } from './redis-connection.js';
import { isWrongType } from './redis-outage.js';
import { redisWeakness } from './redis-weakness.js';
import { readTask, taskFields } from './stored-task.js';

/**
 * Keeps tasks in Redis 6.2 or later, so that every node finds them, and they outlive their node.
 *
 * ```ts
 * McpSseModule.forRoot({
 *   name: 'orders',
 *   version: '1.0.0',
 *   tasks: { store: redisTaskStore({ url: 'redis://localhost' }) },
 * })
 * ```
 */
export function redisTaskStore(options: RedisClusterOptions): McpTaskStorage {
  return {
    weakness: redisWeakness(options),
    async open(server: string, reports: ClusterReports): Promise<McpTaskStore> {
      await ioredis.load('redisTaskStore()');
      const store = new RedisTaskStore(options, prefixOf(options, server), reports);
      await store.ready();
      return store;
    },
  };
}

/**
 * The tasks of a server in Redis: a hash for each task with a field for each member, and for each owner the ids of their
 * tasks by expiry. The two have hash tags of their own, since only the id is known later. So a task takes its owner's place
 * first, and a place that was taken in vain is given back, or expires.
 */
class RedisTaskStore implements McpTaskStore {
  readonly outlives = true;
  private readonly redis: RedisConnection;
  private readonly listening: Promise<void>;
  private readonly timer: NodeJS.Timeout;
  private readonly listeners = new Set<(id: string | undefined) => void>();
  private readonly channel: string;

  constructor(
    options: RedisClusterOptions,
    private readonly prefix: string,
    private readonly reports: ClusterReports,
  ) {
    this.channel = `${prefix}:tasks`;
    // Proves that Redis can be written to.
    const beat = (commands: RedisClient) => commands.set(`${this.channel}:beat`, '1', 'PX', LEASE_MS);
    this.redis = new RedisConnection(options, beat, reports);
    this.listening = this.redis.listen(
      this.channel,
      (id) => this.tell(id),
      () => this.tell(undefined),
    );
    this.timer = setInterval(() => {
      this.redis.run(beat).catch(() => undefined);
      void this.redis.ping();
    }, BEAT_MS).unref();
  }

  ready(): Promise<void> {
    return this.redis.started(this.listening);
  }

  async create(task: McpTaskRecord, maxPerOwner: number): Promise<boolean> {
    const ttlMs = Math.ceil(expiryOf(task) - Date.now());
    const places = this.placesOf(task.owner);
    const place = [places, task.id, ttlMs, maxPerOwner];
    if ((await this.redis.script('mcpTaskPlace', place)) === 0) return false;
    const created = [this.keyOf(task.id), this.channel, task.id, ttlMs, ...taskFields(task).flat()];
    try {
      await this.redis.script('mcpTaskCreate', created);
      return true;
    } catch (error) {
      await this.redis.attempt((commands) => commands.zrem(places, task.id)).catch(() => undefined);
      throw error;
    }
  }

  async get(id: string): Promise<McpTaskRecord | undefined> {
    const fields = await this.fieldsOf(id);
    if (fields?.['id'] === undefined) return undefined;
    const task = readTask(fields, this.reports);
    // Nodes of that version can serve it.
    if (task === 'later') throw new ClusterUnavailableError();
    return task;
  }

  async change(id: string, version: number, change: McpTaskChange): Promise<boolean> {
    const set = taskFields(change).flat();
    const removed = Object.entries(change).flatMap(([name, value]) => (value === undefined ? [name] : []));
    const args = [this.keyOf(id), this.channel, id, version, set.length, ...set, ...removed];
    return (await this.redis.script('mcpTaskChange', args)) === 1;
  }

  watch(listener: (id: string | undefined) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await this.redis.close();
  }

  /** @returns undefined when the key of the task has another type */
  private async fieldsOf(id: string): Promise<Record<string, string> | undefined> {
    try {
      return await this.redis.run((commands) => commands.hgetall(this.keyOf(id)));
    } catch (error) {
      if (!isWrongType(error)) throw error;
      return void this.reports.unreadable('record', 'its key has another type');
    }
  }

  private tell(id: string | undefined): void {
    for (const listener of this.listeners) {
      try {
        listener(id);
      } catch (error) {
        this.reports.failed(error, 'a change of a task');
      }
    }
  }

  private keyOf(id: string): string {
    return `${this.prefix}:{${id}}:task`;
  }

  /** An owner may have a name of any length. */
  private placesOf(owner: string): string {
    return `${this.prefix}:{${createHash('sha256').update(owner).digest('base64url')}}:tasks`;
  }
}
