import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterReports } from '../model/cluster/cluster-reports.js';
import { ClusterUnavailableError } from '../model/errors/cluster.errors.js';
import { retry } from '../model/retry.js';
import { createRedisClient, type RedisClient } from './redis-clients.js';
import type { RedisClusterOptions } from './redis-cluster.options.js';
import { isOutage, isReplica } from './redis-outage.js';
import type { REDIS_SCRIPTS } from './redis-scripts.js';

const PROBE_MS = 100;
/** How long an application waits for Redis before it starts without it. */
const START_MS = 2_000;
/** How long to wait before subscribing again. */
const SUBSCRIBE_MS = 50;
/** How long commands wait for a Redis that has just become unreachable. */
const BRIEF_MS = 1_000;
/** How long nodes may take, after Redis was away, to report that they are alive and to write their sessions again. */
const SETTLE_MS = 2_000;

type Scripts = Record<keyof typeof REDIS_SCRIPTS, (args: readonly (string | number)[]) => Promise<unknown>>;

interface Listener {
  message(text: string): void;
  /** Called when messages may have been missed. */
  gap(): void;
}

/**
 * Two connections to Redis: one for commands, one that listens. Once a command finds Redis unreachable, all commands
 * fail until it answers again; those of the first second wait for it.
 */
export class RedisConnection {
  private readonly commands: RedisClient;
  private readonly subscriber: RedisClient;
  private readonly listeners = new Map<string, Set<Listener>>();
  private readonly returnListeners: (() => void)[] = [];
  private isAway = true;
  private lostAt = Date.now();
  private returning: Promise<void>;
  private returnedAt = 0;
  private closed = false;
  /** Resolves once Redis was reached for the first time. */
  private readonly found: Promise<void>;

  /** @param probe checks whether Redis can be written to again */
  constructor(
    options: RedisClusterOptions,
    private readonly probe: (commands: RedisClient) => Promise<unknown>,
    private readonly reports: ClusterReports,
  ) {
    this.commands = createRedisClient(options);
    this.subscriber = createRedisClient(options);
    this.commands.on('close', () => this.lost());
    this.subscriber.on('message', (channel: string, text: string) => this.received(channel, text));
    this.subscriber.on('ready', () => void this.subscribeAgain());
    this.found = this.returning = this.awaitReturn();
  }

  get isReachable(): boolean {
    return !this.isAway;
  }

  /** Whether every node has had time to report that it is alive, and to write what Redis had lost. */
  get isSettled(): boolean {
    return !this.isAway && Date.now() - this.returnedAt > SETTLE_MS;
  }

  /** @param listener called whenever Redis, or what it publishes, can be reached again */
  onReturn(listener: () => void): void {
    this.returnListeners.push(listener);
  }

  /**
   * @throws {ClusterUnavailableError} when Redis cannot be reached
   * @throws any other error of the command, which concerns no other one
   */
  async run<T>(command: (commands: RedisClient) => Promise<T>): Promise<T> {
    if (this.isAway && !(await this.isBackSoon())) throw new ClusterUnavailableError();
    try {
      return await command(this.commands);
    } catch (error) {
      if (!isOutage(error)) throw error;
      this.lost(error);
      throw new ClusterUnavailableError(error);
    }
  }

  /**
   * Tries a command even while others fail: a Redis that is full still publishes messages.
   *
   * @throws the error of the command
   */
  attempt<T>(command: (commands: RedisClient) => Promise<T>): Promise<T> {
    return command(this.commands);
  }

  /** @throws as `run` does */
  script(name: keyof Scripts, args: readonly (string | number)[]): Promise<unknown> {
    // As one list, since a call limits the number of its arguments.
    return this.run((commands) => (commands as unknown as Scripts)[name](args));
  }

  /** Resolves when Redis was reached and `listening` has resolved, or soon if Redis is unreachable. */
  async started(listening: Promise<unknown>): Promise<void> {
    const reachable = Promise.all([this.found, listening]);
    await Promise.race([reachable, delay(START_MS, undefined, { ref: false })]);
  }

  /** Subscribes as soon as that is possible. @returns a promise that resolves then, or once the connection is closed */
  async listen(channel: string, message: Listener['message'], gap: Listener['gap']): Promise<void> {
    const subscribe = () => this.subscribe(channel, message, gap);
    await retry(subscribe, () => (this.closed ? undefined : SUBSCRIBE_MS)).catch(() => undefined);
  }

  /**
   * @param message called with each message of the channel
   * @param gap called when messages may have been missed
   * @returns stops that
   * @throws {ClusterUnavailableError}
   */
  async subscribe(channel: string, message: Listener['message'], gap: Listener['gap']): Promise<() => void> {
    const listener = { message, gap };
    const others = this.listeners.get(channel);
    if (others) others.add(listener);
    else this.listeners.set(channel, new Set([listener]));
    const stop = () => this.unsubscribe(channel, listener);
    try {
      await this.subscriber.subscribe(channel);
      return stop;
    } catch (error) {
      stop();
      throw new ClusterUnavailableError(error);
    }
  }

  /** Keeps the listening connection from counting as dead. */
  async ping(): Promise<void> {
    await this.subscriber.ping().catch(() => undefined);
  }

  /** Resolves once Redis knows that this node no longer listens, or does not answer. Commands still work. */
  async stopListening(): Promise<void> {
    this.closed = true;
    await this.subscriber.quit().catch(() => undefined);
    this.subscriber.disconnect();
  }

  async close(): Promise<void> {
    if (!this.closed) await this.stopListening();
    this.commands.disconnect();
  }

  private received(channel: string, text: string): void {
    for (const listener of this.listeners.get(channel) ?? []) {
      try {
        listener.message(text);
      } catch (error) {
        // Thrown at ioredis, it would end the process.
        this.reports.failed(error, 'a message of the cluster');
      }
    }
  }

  private unsubscribe(channel: string, listener: Listener): void {
    const others = this.listeners.get(channel);
    if (!others?.delete(listener) || others.size > 0) return;
    this.listeners.delete(channel);
    if (!this.closed) this.subscriber.unsubscribe(channel).catch(() => undefined);
  }

  private async subscribeAgain(): Promise<void> {
    const channels = [...this.listeners.keys()];
    // A connection that fails meanwhile becomes ready again.
    if (channels.length > 0) await this.subscriber.subscribe(...channels).catch(() => undefined);
    this.tellReturn();
  }

  private tellReturn(): void {
    for (const listeners of this.listeners.values()) for (const { gap } of listeners) gap();
    for (const listener of this.returnListeners) listener();
  }

  /** @param failure the error of the command that found Redis unreachable */
  private lost(failure?: unknown): void {
    if (this.isAway || this.closed) return;
    this.isAway = true;
    this.lostAt = Date.now();
    this.returning = this.awaitReturn(failure);
  }

  private async isBackSoon(): Promise<boolean> {
    const waitMs = this.lostAt + BRIEF_MS - Date.now();
    if (waitMs <= 0) return false;
    const enough = new AbortController();
    await Promise.race([
      this.returning,
      delay(waitMs, undefined, { ref: false, signal: enough.signal }).catch(() => undefined),
    ]);
    enough.abort();
    return !this.isAway;
  }

  private async awaitReturn(failure?: unknown): Promise<void> {
    const isFirst = this.returnedAt === 0;
    if (isReplica(failure)) this.connectAgain();
    try {
      await retry(
        () => this.probe(this.commands),
        (error) => {
          if (this.closed) return undefined;
          if (isReplica(error)) this.connectAgain();
          return PROBE_MS;
        },
      );
    } catch {
      // Only once the connection is closed.
    }
    if (this.closed) return;
    this.isAway = false;
    // At the start, the other nodes have been there for long.
    this.returnedAt = isFirst ? 1 : Date.now();
    this.tellReturn();
  }

  /** Connects to where the name, the Sentinels or the address of Redis lead now. */
  private connectAgain(): void {
    for (const client of [this.commands, this.subscriber]) client.disconnect(true);
  }
}
