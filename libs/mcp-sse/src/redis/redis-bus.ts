import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterReports } from '../model/cluster/cluster-reports.js';
import type { NodeBus, NodeHandler } from '../model/cluster/node-bus.js';
import { ClusterUnavailableError } from '../model/errors/cluster-unavailable.error.js';
import { NodeGoneError } from '../model/errors/node-gone.error.js';
import { retry } from '../model/retry.js';
import { UnreadableMessageError } from '../model/errors/unreadable-message.error.js';
import { packetBody, readPacket, writePacket, writeRefusal, type Packet } from './packet.js';
import type { RedisClient } from './redis-clients.js';
import type { RedisConnection } from './redis-connection.js';

/** How long a node may take to hear of a request; one that hears of it later leaves it. */
const HEARING_MS = 1_000;
/** How often a node that does not answer is looked for. */
const CHECK_MS = 250;
const RETRY_MS = 50;
const DEADLINE_MS = 10_000;
/** How long an answer is kept for a request that is made again: for longer than that can be. */
const ANSWER_TTL_MS = DEADLINE_MS + 2 * HEARING_MS;

type Answer = Extract<Packet, { kind: 'answer' }>;

/** Messages between nodes over Redis: each node listens to a channel of its own, and all to one of all. */
export class RedisBus implements NodeBus {
  private readonly waiting = new Map<string, (answer: Answer) => void>();
  private readonly answers = new Map<string, Promise<string>>();
  private handler: NodeHandler = () => Promise.reject(new NodeGoneError('The node has not started.'));

  /**
   * @param countsListeners whether Redis knows how many listen to a channel: a Redis Cluster does not
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

  /** Resolves when other nodes are heard. */
  async listen(): Promise<void> {
    await Promise.all([this.listenTo(this.channelOf(this.node)), this.listenTo(this.channelOfAll)]);
  }

  /** Key whose existence says that a node is alive. */
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
      if (refused !== 'unreadable') throw new Error(`The node ${node} failed to answer; its log says why.`);
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

  /** Asks until the node answers or is dead. It never hears of the same request twice in time. */
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
      // The node has heard of it, perhaps: while Redis is away, its answer is to be waited for.
      for (let isAlive = false; Date.now() < (isAlive ? resendAt : deadline);) {
        const answer = await this.within(CHECK_MS, answered);
        if (answer) return answer;
        isAlive = await this.isKnownAlive(node, sign);
      }
    }
    throw new ClusterUnavailableError();
  }

  /** @returns false when that cannot be known for now. @throws {NodeGoneError} */
  private async isKnownAlive(node: string, sign: SignOfLife): Promise<boolean> {
    const [keys, listeners] = await this.redis
      .run((commands) => Promise.all([commands.exists(this.keyOf(node)), this.listenersOf(commands, node)]))
      .catch(() => []);
    if (keys === 0 && this.redis.isSettled) throw gone(node);
    if (listeners === 0) sign.missed(this.redis.isSettled);
    else if (listeners !== undefined) sign.seen();
    return keys === 1;
  }

  /** How many listen to the channel of a node; one where Redis does not know. */
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

  private async listenTo(channel: string): Promise<void> {
    const hear = (text: string) => this.hear(readPacket(text, this.reports));
    const subscribe = () => this.redis.subscribe(channel, hear, () => undefined);
    await retry(subscribe, () => (this.redis.isClosed ? undefined : RETRY_MS)).catch(() => undefined);
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
    // Whoever asked has given up, or asked again.
    if (this.clock() > expiresAt) return;
    let answering = this.answers.get(id);
    if (!answering) {
      this.answers.set(id, (answering = this.answerTo(id, body)));
      setTimeout(() => this.answers.delete(id), ANSWER_TTL_MS).unref();
    }
    await this.reply(from, await answering);
  }

  /** Whoever asks is answered, whatever fails here. */
  private async answerTo(id: string, body: unknown): Promise<string> {
    try {
      return writePacket({ kind: 'answer', id }, packetBody(await this.handler(body)));
    } catch (error) {
      if (error instanceof UnreadableMessageError) return writeRefusal(id, 'unreadable');
      this.reports.failed(error, 'the answer to another node');
      return writeRefusal(id, 'failed');
    }
  }

  /** Where it cannot be sent, whoever asked asks again. */
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

/** How long a node that nobody listens for may take to listen again, in milliseconds. */
const UNHEARD_MS = 800;

/** What is known of a node that does not answer: without anyone who listens for it, it is dead soon. */
class SignOfLife {
  private missedSince?: number;

  constructor(private readonly node: string) {}

  seen(): void {
    this.missedSince = undefined;
  }

  /** @throws {NodeGoneError} when nobody has listened for too long. @param counts whether that says something of the node */
  missed(counts: boolean): void {
    this.missedSince ??= Date.now();
    if (counts && Date.now() - this.missedSince > UNHEARD_MS) throw gone(this.node);
  }
}

function gone(node: string): NodeGoneError {
  return new NodeGoneError(`The node ${node} is dead.`);
}
