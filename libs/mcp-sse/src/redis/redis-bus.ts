import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterReports } from '../model/cluster/cluster-reports.js';
import type { NodeBus, NodeHandler } from '../model/cluster/node-bus.js';
import {
  ClusterUnavailableError,
  NodeGoneError,
  UnreadableMessageError,
} from '../model/errors/cluster.errors.js';
import { packetBody, readPacket, writePacket, writeRefusal, type Packet } from './packet.js';
import type { RedisClient } from './redis-clients.js';
import type { RedisConnection } from './redis-connection.js';

/** How long a request may take to reach a node, which drops it if it arrives later. */
const HEARING_MS = 1_000;
/** How often a node is checked that does not answer. */
const CHECK_MS = 250;
const RETRY_MS = 50;
const DEADLINE_MS = 10_000;
/** How long an answer is kept: longer than its request may be sent again. */
const ANSWER_TTL_MS = DEADLINE_MS + 2 * HEARING_MS;

type Answer = Extract<Packet, { kind: 'answer' }>;

/** Messages between nodes over Redis: each node listens to its own channel, and to one for all. */
export class RedisBus implements NodeBus {
  private readonly waiting = new Map<string, (answer: Answer) => void>();
  private readonly answers = new Map<string, Promise<string>>();
  private handler: NodeHandler = () => Promise.reject(new NodeGoneError('The node has not started.'));

  /**
   * @param countsListeners whether Redis can count the listeners of a channel, which a Redis Cluster cannot
   * @param clock the time by the clock of Redis, in milliseconds
   */
  constructor(
    private readonly redis: RedisConnection,
    private readonly node: string,
    private readonly prefix: string,
    private readonly countsListeners: boolean,
    private readonly clock: () => number,
    private readonly reports: ClusterReports,
  ) {}

  /** Resolves once messages of other nodes arrive. */
  async listen(): Promise<void> {
    await Promise.all([this.listenTo(this.channelOf(this.node)), this.listenTo(this.channelOfAll)]);
  }

  /** The key that exists while a node is alive. */
  keyOf(node: string): string {
    return `${this.prefix}:node:${node}`;
  }

  serve(handler: NodeHandler): void {
    this.handler = handler;
  }

  async request(node: string, body: unknown): Promise<unknown> {
    const json = packetBody(body);
    const id = randomUUID();
    const answered = new Promise<Answer>((resolve) => this.waiting.set(id, resolve));
    try {
      const { refused, body: answer } = await this.insist(node, id, json, answered);
      if (refused === undefined) return answer;
      if (refused !== 'unreadable')
        throw new Error(`The node ${node} failed to answer. Its log has the error.`);
      throw new ClusterUnavailableError(
        new UnreadableMessageError(`The node ${node} cannot read a message.`),
      );
    } finally {
      this.waiting.delete(id);
    }
  }

  publish(body: unknown): void {
    this.told(this.channelOfAll, body);
  }

  tell(node: string, body: unknown): void {
    this.told(this.channelOf(node), body);
  }

  private told(channel: string, body: unknown): void {
    const text = writePacket({ kind: 'told', from: this.node }, packetBody(body));
    this.send(channel, text).catch((error: unknown) => {
      if (!(error instanceof ClusterUnavailableError)) this.reports.failed(error, 'a message to other nodes');
    });
  }

  /** Sends a request until the node answers or is dead. The node does not carry it out twice. */
  private async insist<T>(node: string, id: string, body: string, answered: Promise<T>): Promise<T> {
    const deadline = Date.now() + DEADLINE_MS;
    const sign = new SignOfLife(node);
    let mayBeHeard = false;
    while (Date.now() < deadline) {
      const expiresAt = this.clock() + HEARING_MS;
      const text = writePacket({ kind: 'request', id, from: this.node, expiresAt }, body);
      const listeners = await this.send(this.channelOf(node), text).catch((error: unknown) => {
        if (!mayBeHeard) throw error;
        return undefined;
      });
      if (listeners === 0 && this.countsListeners) {
        sign.missed(this.redis.isSettled);
        await delay(RETRY_MS);
        continue;
      }
      mayBeHeard = true;
      const resendAt = Date.now() + HEARING_MS + RETRY_MS;
      // The node may have received it: while Redis cannot be reached, it is not sent again.
      for (let isAlive = false; Date.now() < (isAlive ? resendAt : deadline);) {
        const answer = await this.within(CHECK_MS, answered);
        if (answer) return answer;
        isAlive = await this.isKnownAlive(node, sign);
      }
    }
    throw new ClusterUnavailableError();
  }

  /** @returns false when nobody can tell now. @throws {NodeGoneError} */
  private async isKnownAlive(node: string, sign: SignOfLife): Promise<boolean> {
    const [keys, listeners] = await this.redis
      .run((commands) => Promise.all([commands.exists(this.keyOf(node)), this.listenersOf(commands, node)]))
      .catch(() => []);
    if (keys === 0 && this.redis.isSettled) throw gone(node);
    if (listeners === 0) sign.missed(this.redis.isSettled);
    else if (listeners !== undefined) sign.seen();
    return keys === 1;
  }

  /** The number of listeners on the channel of a node; 1 if Redis cannot count them. */
  private async listenersOf(commands: RedisClient, node: string): Promise<number> {
    if (!this.countsListeners) return 1;
    const [, count] = await commands.pubsub('NUMSUB', this.channelOf(node));
    return Number(count);
  }

  private async within<T>(ms: number, answered: Promise<T>): Promise<T | undefined> {
    const stop = new AbortController();
    const timeout = delay(ms, undefined, { signal: stop.signal }).catch(() => undefined);
    const first = await Promise.race([answered, timeout]);
    stop.abort();
    return first;
  }

  private listenTo(channel: string): Promise<void> {
    return this.redis.listen(
      channel,
      (text) => this.hear(readPacket(text, this.reports)),
      () => undefined,
    );
  }

  private hear(packet: ReturnType<typeof readPacket>): void {
    switch (packet?.kind) {
      case 'answer':
        return this.waiting.get(packet.id)?.(packet);
      case 'request':
        return void this.answer(packet);
      case 'unread':
        return void this.reply(packet.from, writeRefusal(packet.id, 'unreadable'));
      case 'told':
        if (packet.from !== this.node) this.handler(packet.body).catch(() => undefined);
    }
  }

  private async answer({ id, from, expiresAt, body }: Extract<Packet, { kind: 'request' }>): Promise<void> {
    // The sender has given up, or sent it again.
    if (this.clock() > expiresAt) return;
    let answering = this.answers.get(id);
    if (!answering) {
      this.answers.set(id, (answering = this.answerTo(id, body)));
      setTimeout(() => this.answers.delete(id), ANSWER_TTL_MS).unref();
    }
    await this.reply(from, await answering);
  }

  /** Every request is answered, whatever fails here. */
  private async answerTo(id: string, body: unknown): Promise<string> {
    try {
      return writePacket({ kind: 'answer', id }, packetBody(await this.handler(body)));
    } catch (error) {
      if (error instanceof UnreadableMessageError) return writeRefusal(id, 'unreadable');
      this.reports.failed(error, 'the answer to another node');
      return writeRefusal(id, 'failed');
    }
  }

  /** An answer that cannot be sent is asked for again. */
  private async reply(node: string, text: string): Promise<void> {
    await this.redis
      .attempt((commands) => commands.publish(this.channelOf(node), text))
      .catch(() => undefined);
  }

  private send(channel: string, text: string): Promise<number> {
    return this.redis.run((commands) => commands.publish(channel, text));
  }

  private channelOf(node: string): string {
    return `${this.prefix}:to:${node}`;
  }

  private get channelOfAll(): string {
    return `${this.prefix}:to-all`;
  }
}

/** How long a node may take to listen again, in milliseconds. */
const UNHEARD_MS = 800;

/** Decides when a node that does not answer is dead: soon, if nobody listens on its channel. */
class SignOfLife {
  private missedSince?: number;

  constructor(private readonly node: string) {}

  seen(): void {
    this.missedSince = undefined;
  }

  /**
   * Called when nobody listens on its channel.
   *
   * @param counts whether that says something about the node, which it does not right after Redis was away
   * @throws {NodeGoneError} when nobody has listened for too long
   */
  missed(counts: boolean): void {
    this.missedSince ??= Date.now();
    if (counts && Date.now() - this.missedSince > UNHEARD_MS) throw gone(this.node);
  }
}

function gone(node: string): NodeGoneError {
  return new NodeGoneError(`The node ${node} is dead.`);
}
