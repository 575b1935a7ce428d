import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterReports } from '../model/cluster/cluster-reports.js';
import type { NodeBus, NodeHandler, RequestOptions } from '../model/cluster/node-bus.js';
import {
  ClusterUnavailableError,
  NodeGoneError,
  UnreadableMessageError,
} from '../model/errors/cluster.errors.js';
import { KeptAnswers } from './kept-answers.js';
import { Outbox, type Sender } from './outbox.js';
import { OwedAnswers } from './owed-answers.js';
import {
  packetBody,
  readPackets,
  writeAnswer,
  writeRefusal,
  writeRequest,
  writeTold,
  type Packet,
  type ReadPacket,
} from './packet.js';
import { PendingAnswer } from './pending-answer.js';
import type { RedisClient } from './redis-clients.js';
import type { RedisConnection } from './redis-connection.js';
import { gone, SignOfLife } from './sign-of-life.js';
import { versioned } from './written-json.js';

/** How long a request may take to reach a node, which drops it if it arrives later. */
const HEARING_MS = 1_000;
/** After which time, and how often, a node is checked that does not answer. */
const CHECK_MS = 250;
/** How often it is looked for requests that wait for that long. */
const TICK_MS = 50;
const RETRY_MS = 50;
const DEADLINE_MS = 10_000;
/** How long an answer is kept: longer than its request may be sent again. */
const ANSWER_TTL_MS = DEADLINE_MS + 2 * HEARING_MS;

/** Messages between nodes over Redis: each node listens to its own channel, and to one for all. */
export class RedisBus implements NodeBus {
  private readonly waiting = new Map<string, PendingAnswer>();
  private readonly answers = new KeptAnswers(ANSWER_TTL_MS);
  private readonly owed = new OwedAnswers();
  private readonly requests: Outbox;
  private readonly replies: Outbox;
  /** Unique among all nodes, as are the ids that begin with it. */
  private readonly idPrefix = randomBytes(9).toString('base64url');
  private sent = 0;
  private timer?: NodeJS.Timeout;
  /** Of messages that are not answered. */
  private readonly teller: Sender = {
    failed: (error) => {
      if (!(error instanceof ClusterUnavailableError)) this.reports.failed(error, 'a message to other nodes');
    },
  };
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
  ) {
    this.requests = new Outbox((channel, text) => redis.run((commands) => commands.publish(channel, text)));
    // A Redis that is full still publishes messages.
    this.replies = new Outbox((channel, text) =>
      redis.attempt((commands) => commands.publish(channel, text)),
    );
  }

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

  /** Resolves once all requests that have arrived are answered, or after as long as one may take to be heard. */
  settled(): Promise<void> {
    return this.owed.given(HEARING_MS);
  }

  async request(node: string, body: unknown, options: RequestOptions = {}): Promise<unknown> {
    const json = packetBody(body);
    const pending = new PendingAnswer(this.sent++);
    const id = `${this.idPrefix}.${pending.number.toString(36)}`;
    this.waiting.set(id, pending);
    this.timer ??= setInterval(() => this.tick(), TICK_MS).unref();
    const send = () => this.send(node, id, pending, json, options.acts);
    try {
      send();
      const { refused, body: answer } =
        (await pending.next()) ?? (await this.insist(node, pending, send, options.isGuess));
      if (refused === undefined) return answer;
      if (refused !== 'unreadable')
        throw new Error(`The node ${node} failed to answer. Its log has the error.`);
      throw new ClusterUnavailableError(
        new UnreadableMessageError(`The node ${node} cannot read a message.`),
      );
    } catch (error) {
      throw error instanceof NodeGoneError ? new NodeGoneError(error.message, pending.isHeard) : error;
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
    const text = writeTold(this.node, packetBody(body));
    this.requests.send(channel, text, this.teller);
  }

  private send(node: string, id: string, pending: PendingAnswer, body: string, acts = false): void {
    const { number } = pending;
    const { number: lowest } = this.waiting.values().next().value!;
    const expiresAt = this.clock() + HEARING_MS;
    pending.sent(Date.now());
    const text = writeRequest({ id, from: this.node, number, lowest, expiresAt, acts }, body);
    this.requests.send(this.channelOf(node), text, pending);
  }

  /** Sends a request again until the node answers or is dead. The node does not carry it out twice. */
  private async insist(
    node: string,
    pending: PendingAnswer,
    send: () => void,
    isGuess = false,
  ): Promise<Extract<Packet, { kind: 'answer' }>> {
    const deadline = Date.now() + DEADLINE_MS;
    const sign = new SignOfLife(node);
    let mayBeHeard = false;
    while (Date.now() < deadline) {
      const { failure, listeners } = pending;
      if (failure !== undefined && !mayBeHeard) throw failure;
      if (listeners === 0 && this.countsListeners) {
        if (isGuess && !mayBeHeard) throw gone(node);
        sign.missed(this.redis.isSettled);
        await delay(RETRY_MS);
        send();
      } else if (listeners !== undefined || failure !== undefined) {
        // The node may have received it: while Redis cannot be reached, it is not sent again.
        mayBeHeard = true;
        const isAlive = await this.isKnownAlive(node, sign);
        if (isAlive && Date.now() > pending.sentAt + HEARING_MS + RETRY_MS) send();
      }
      const answer = await pending.next();
      if (answer) return answer;
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

  private listenTo(channel: string): Promise<void> {
    return this.redis.listen(
      channel,
      (text) => this.hear(readPackets(text, this.reports)),
      // Messages may have been missed.
      () => this.waiting.forEach((pending) => pending.gap()),
    );
  }

  /** @param packets that a node has sent together */
  private hear(packets: readonly ReadPacket[]): void {
    this.sayHeard(packets);
    for (const packet of packets) this.take(packet);
  }

  /**
   * Tells a node that its requests are here, before any of them is carried out: one may end this process. It need not be
   * waited for.
   */
  private sayHeard(packets: readonly ReadPacket[]): void {
    const acts = packets.filter((packet) => packet.kind === 'request' && packet.acts && this.isNew(packet));
    const [first] = acts as Extract<Packet, { kind: 'request' }>[];
    if (!first) return;
    const ids = acts.map((packet) => (packet as typeof first).id);
    const text = versioned(JSON.stringify({ kind: 'heard', ids }));
    this.redis
      .attempt((commands) => commands.publish(this.channelOf(first.from), text))
      .catch(() => undefined);
  }

  private take(packet: ReadPacket): void {
    switch (packet.kind) {
      case 'answer':
        return this.waiting.get(packet.id)?.arrived(packet);
      case 'heard':
        for (const id of packet.ids) this.waiting.get(id)?.heard();
        return;
      case 'request':
        return this.answer(packet);
      case 'unread':
        return this.reply(packet.from, writeRefusal(packet.id, 'unreadable'));
      case 'told':
        if (packet.from !== this.node) this.handler(packet.body).catch(() => undefined);
    }
  }

  /** Whether a request is carried out: its sender has not given up, and not sent it before. */
  private isNew(request: Extract<Packet, { kind: 'request' }>): boolean {
    return this.clock() <= request.expiresAt && this.answers.isNew(request);
  }

  private answer(request: Extract<Packet, { kind: 'request' }>): void {
    const { id, from, body } = request;
    if (!this.isNew(request)) {
      const text = this.answers.get(request);
      if (text !== undefined) this.reply(from, text);
      return;
    }
    this.answers.begin(request);
    this.owed.add();
    const send = (text: string) => {
      this.answers.keep(request, text);
      this.reply(from, text, this.owed);
    };
    this.handler(body).then(
      (answer) => send(this.answerText(id, answer)),
      (error: unknown) => send(this.refusal(id, error)),
    );
  }

  /** Every request is answered, whatever fails here. */
  private answerText(id: string, answer: unknown): string {
    try {
      return writeAnswer(id, packetBody(answer));
    } catch (error) {
      return this.refusal(id, error);
    }
  }

  private refusal(id: string, error: unknown): string {
    if (error instanceof UnreadableMessageError) return writeRefusal(id, 'unreadable');
    this.reports.failed(error, 'the answer to another node');
    return writeRefusal(id, 'failed');
  }

  /** An answer that cannot be sent is asked for again. */
  private reply(node: string, text: string, sender?: Sender): void {
    this.replies.send(this.channelOf(node), text, sender);
  }

  /** Has the nodes checked that have not answered for a while. */
  private tick(): void {
    const now = Date.now();
    for (const pending of this.waiting.values()) pending.check(now, CHECK_MS);
    if (this.waiting.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private channelOf(node: string): string {
    return `${this.prefix}:to:${node}`;
  }

  private get channelOfAll(): string {
    return `${this.prefix}:to-all`;
  }
}
