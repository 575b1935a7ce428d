import { randomUUID } from 'node:crypto';
import type { ClusterReports } from '../model/cluster/cluster-reports.js';
import type { ClusterLimits, ClusterNode } from '../model/cluster/mcp-cluster.js';
import { BEAT_MS, LEASE_MS, NodeLease } from '../model/cluster/node-lease.js';
import { RedisAgreement } from './redis-agreement.js';
import { RedisBus } from './redis-bus.js';
import type { RedisClient } from './redis-clients.js';
import type { RedisClusterOptions } from './redis-cluster.options.js';
import { RedisConnection } from './redis-connection.js';
import { isWrongType } from './redis-outage.js';
import { RedisResults } from './redis-results.js';
import { RedisSessions } from './redis-sessions.js';

/** How long the mark of a data set outlives all nodes, in milliseconds. */
const DATASET_TTL_MS = 6_000;

/** A node of a cluster over Redis. */
export class RedisNode implements ClusterNode {
  readonly id = randomUUID();
  readonly store: RedisSessions;
  readonly log: RedisSessions;
  readonly bus: RedisBus;
  readonly lease = new NodeLease();
  readonly agreement: RedisAgreement;
  readonly results: RedisResults;
  private readonly redis: RedisConnection;
  private readonly listening: Promise<void>;
  private readonly timer: NodeJS.Timeout;
  /** How far the clock of Redis is ahead, in milliseconds. */
  private clockOffset = 0;

  constructor(
    options: RedisClusterOptions,
    private readonly prefix: string,
    limits: ClusterLimits,
    reports: ClusterReports,
  ) {
    this.redis = new RedisConnection(options, (commands) => this.beat(commands), reports);
    const dataset = () => this.redis.run((commands) => this.dataset(commands));
    this.store = this.log = new RedisSessions(this.redis, prefix, limits, dataset, reports);
    this.agreement = new RedisAgreement(this.redis, prefix, reports);
    this.results = new RedisResults(this.redis, prefix, reports);
    const clock = () => Date.now() + this.clockOffset;
    this.bus = new RedisBus(this.redis, this.id, prefix, options.nodes === undefined, clock, reports);
    this.listening = this.bus.listen();
    this.timer = setInterval(() => this.tick(), BEAT_MS).unref();
  }

  get isReachable(): boolean {
    return this.redis.isReachable;
  }

  ready(): Promise<void> {
    return this.redis.started(this.listening);
  }

  onReturn(listener: () => void): void {
    this.redis.onReturn(listener);
  }

  async leave(): Promise<void> {
    clearInterval(this.timer);
    await this.redis.stopListening();
    // Who is told of a request that its node has it, and then that the node is gone, takes the answer for lost.
    await this.bus.settled();
    await this.redis.run((commands) => commands.del(this.bus.keyOf(this.id))).catch(() => undefined);
    await this.redis.close();
  }

  private tick(): void {
    void this.lease.term;
    this.redis.run((commands) => this.beat(commands)).catch(() => undefined);
    void this.redis.ping();
  }

  /** Reports that the node is alive. */
  private async beat(commands: RedisClient): Promise<void> {
    await commands.set(this.bus.keyOf(this.id), '1', 'PX', LEASE_MS);
    await this.dataset(commands);
    const sentAt = Date.now();
    const [seconds, microseconds] = await commands.time();
    const now = Number(seconds) * 1_000 + Number(microseconds) / 1_000;
    this.clockOffset = now - (sentAt + Date.now()) / 2;
  }

  /** A mark in Redis that is lost when everything is lost, which tells one data set from the next. */
  private async dataset(commands: RedisClient): Promise<string> {
    const key = `${this.prefix}:dataset`;
    const found = await commands.getex(key, 'PX', DATASET_TTL_MS).catch(async (error: unknown) => {
      if (!isWrongType(error)) throw error;
      await commands.del(key);
      return undefined;
    });
    if (found) return found;
    await commands.set(key, randomUUID(), 'PX', DATASET_TTL_MS, 'NX');
    return (await commands.get(key))!;
  }
}
