import { setTimeout as delay } from 'node:timers/promises';
import type { ClusterNode } from '../../model/cluster/mcp-cluster.js';
import type { SessionOwner } from '../../model/cluster/session-owner.js';
import type { SessionRecord } from '../../model/cluster/session-record.js';
import type { AdoptedSession } from '../../model/cluster/session-store.js';
import {
  ClusterUnavailableError,
  NodeGoneError,
  UnreadableMessageError,
} from '../../model/errors/cluster.errors.js';
import type { TrafficObserver } from '../../model/traffic-observer.js';
import type { MessageOrigin } from '../../protocol/call-context.js';
import { SessionClosedError } from '../errors/session-closed.error.js';
import { SessionMovedError } from '../errors/session-moved.error.js';
import type { McpSession } from '../mcp-session.js';
import type { SharedOutlet } from '../shared-outlet.js';
import type {
  AttachMessage,
  AttachReply,
  ClusterMessage,
  EndMessage,
  PostMessage,
  PostReply,
  PresentReply,
  RelayedOrigin,
  SessionMessage,
  SettleMessage,
  ToldMessage,
} from './cluster-message.js';
import type { MemoryAccount } from '../../streaming/memory-account.js';
import { OwnedSession } from './owned-session.js';
import type { ClusterReporter } from './cluster-reporter.js';
import { isEnvelopeOf, isPresentReply, readMessage, type Envelope } from './read-message.js';
import { relayedError, restoredError } from './relayed-error.js';
import { SessionJournal, type JournaledSession } from './session-journal.js';
import { storedHeaders, storedRecord, type StoredNames } from './stored-record.js';
import { StreamTails } from './stream-tails.js';

const TICK_MS = 1_000;
/** How long a client of another node counts as there after its node has last spoken of it. */
const PRESENCE_TTL_MS = 5_000;
/** How long a request is held while a session has no node that answers. */
const PATIENCE_MS = 10_000;
const RETRY_MS = 50;

/** What a node of a cluster needs of those who keep its sessions. */
export interface ClusterHost {
  readonly observer: TrafficObserver;
  readonly reports: ClusterReporter;
  readonly stored: StoredNames;
  /** Goes on with a session that another node has left. */
  restore(adopted: AdoptedSession): void;
  /** A client of a session is gone. */
  detached(id: string): void;
  /** Does what was said to every node. */
  told(message: ToldMessage): void;
  originOf(origin: RelayedOrigin): Promise<Omit<MessageOrigin, 'streamHeaders'>>;
}

/** The sessions of all nodes: those of this one as others reach them, and those of others as this one does. */
export class SessionCluster {
  readonly tails: StreamTails;
  private readonly owned = new Map<string, OwnedSession>();
  private readonly adoptions = new Map<string, Promise<void>>();
  private timer?: NodeJS.Timeout;
  private isLeaving = false;

  constructor(
    private readonly node: ClusterNode,
    private readonly host: ClusterHost,
    private readonly maxBytes: number,
  ) {
    this.tails = new StreamTails(node, {
      attach: ({ arrival, ...message }) =>
        this.ask({
          ...message,
          node: node.id,
          // What has come by a stream is needed no further than what would be stored of it.
          arrival: arrival && { ...arrival, headers: storedHeaders(arrival.headers, host.stored) },
        }),
      present: async (owner, message) => {
        const reply = await (owner === node.id ? this.serve(message) : node.bus.request(owner, message));
        if (!isPresentReply(reply)) throw this.unreadable(ClusterUnavailableError);
        return reply;
      },
      left: (owner, id, attachment) => this.tell(owner, { type: 'left', id, attachment }),
    });
  }

  /** Resolves when other nodes can reach this one. */
  async start(): Promise<void> {
    this.node.bus.serve((body) => this.hear(body));
    this.node.onReturn(() => {
      for (const { journal } of this.owned.values()) void journal.confirm();
    });
    this.timer = setInterval(() => this.tick(), TICK_MS).unref();
    await this.node.ready();
  }

  /** Whether what nodes share can be reached, as far as is known. */
  get isReachable(): boolean {
    return this.node.isReachable;
  }

  /** What could not be read of other nodes. */
  get reports(): ClusterReporter {
    return this.host.reports;
  }

  get observer(): TrafficObserver {
    return this.host.observer;
  }

  journal(
    id: string,
    memory: MemoryAccount,
    adopted?: Pick<AdoptedSession, 'epoch' | 'record'>,
  ): SessionJournal {
    const { epoch = 0, record } = adopted ?? {};
    return new SessionJournal(id, this.node, epoch, this.maxBytes, this.host.reports, memory, record);
  }

  /** Has other nodes reach a session of this one. */
  own(
    session: McpSession,
    outlet: SharedOutlet,
    callbacks: Pick<JournaledSession, 'onFenced' | 'onOverflow'>,
    inFlight: AdoptedSession['inFlight'] = [],
  ): void {
    const { id } = session;
    const journal = session.journal!;
    const owned = new OwnedSession(session, outlet, new Map(inFlight), this.host.observer, {
      detached: () => this.host.detached(id),
      tellDetached: (node, attachment, isMoved) => this.tell(node, { type: 'detached', attachment, isMoved }),
    });
    this.owned.set(id, owned);
    const { stored } = this.host;
    const journaled: JournaledSession = {
      ...callbacks,
      get record() {
        return storedRecord(session.record, stored);
      },
      get kept() {
        return outlet.kept;
      },
    };
    journal.start(journaled, inFlight);
  }

  /** Is done with a session of this node. */
  disown(id: string): OwnedSession | undefined {
    const owned = this.owned.get(id);
    this.owned.delete(id);
    return owned;
  }

  /**
   * A session, whichever node has it.
   *
   * @throws {ClusterUnavailableError}
   */
  async find(id: string): Promise<SessionRecord | undefined> {
    return (await this.node.store.find(id))?.record;
  }

  ask(message: PostMessage & { readonly resent: boolean }): Promise<PostReply>;
  ask(message: AttachMessage): Promise<AttachReply>;
  ask(message: EndMessage | SettleMessage): Promise<void>;
  /**
   * Asks the node that has a session. When it is dead, this one adopts the session.
   *
   * @throws {SessionClosedError} when there is no such session (any more)
   * @throws {ClusterUnavailableError} when nobody answers
   * @throws as the session does
   */
  async ask(asked: SessionMessage): Promise<unknown> {
    let message = asked;
    const deadline = Date.now() + PATIENCE_MS;
    while (Date.now() < deadline) {
      try {
        return await this.askOnce(message);
      } catch (error) {
        const isGone = error instanceof NodeGoneError;
        if (!isGone && !(error instanceof SessionMovedError)) throw error;
        message = { ...asked, resent: true };
        if (!isGone || this.isLeaving) await delay(RETRY_MS);
      }
    }
    throw new ClusterUnavailableError();
  }

  /** Tells every other node. */
  publish(message: ToldMessage): void {
    this.node.bus.publish(message);
  }

  /** Takes no more sessions over: other nodes do that for this one. */
  startLeaving(): void {
    this.isLeaving = true;
  }

  /** Says goodbye to the other nodes. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.tails.endAll();
    await this.node.leave();
  }

  /** @throws {NodeGoneError} when the node that has the session is dead, and another may have adopted it by now */
  private async askOnce(message: SessionMessage): Promise<unknown> {
    const { id } = message;
    const own = this.owned.get(id);
    if (own) return this.answer(own, message);
    const { owner } = (await this.node.store.find(id)) ?? {};
    if (!owner) throw new SessionClosedError();
    // This node has let go of it, and its goodbye is on the way.
    if (owner.node === this.node.id) throw new SessionMovedError();
    try {
      if (owner.node === '') throw new NodeGoneError();
      const envelope = await this.node.bus.request(owner.node, message);
      if (!isEnvelopeOf(message.type, envelope)) throw this.unreadable(ClusterUnavailableError);
      if ('error' in envelope) throw restoredError(envelope.error);
      return envelope.result;
    } catch (error) {
      if (!(error instanceof NodeGoneError)) throw error;
      if (this.isLeaving) this.publish({ type: 'wanted', id });
      else await this.adopt(id, owner);
      throw error;
    }
  }

  private adopt(id: string, from: SessionOwner): Promise<void> {
    const running = this.adoptions.get(id);
    if (running) return running;
    const adoption = this.adoptFrom(id, from).finally(() => this.adoptions.delete(id));
    this.adoptions.set(id, adoption);
    return adoption;
  }

  private async adoptFrom(id: string, from: SessionOwner): Promise<void> {
    const adopted = await this.node.store.adopt(id, from, this.node.id);
    if (!adopted) return;
    if (from.node !== '') this.tell(from.node, { type: 'adopted', id });
    this.host.restore(adopted);
  }

  /** @throws {UnreadableMessageError} */
  private async hear(body: unknown): Promise<unknown> {
    const message = readMessage(body);
    if (!message) throw this.unreadable(UnreadableMessageError);
    try {
      return await this.serve(message);
    } catch (error) {
      this.reports.failed(error, `the message "${message.type}" of another node`);
      throw error;
    }
  }

  private unreadable<E extends Error>(ErrorClass: new () => E): E {
    this.reports.unreadable('message', 'its type or shape is not known');
    return new ErrorClass();
  }

  private async serve(message: ClusterMessage): Promise<unknown> {
    switch (message.type) {
      case 'post':
      case 'attach':
      case 'end':
      case 'settle':
        return this.enveloped(message);
      case 'present': {
        const known = ({ id, attachment }: { id: string; attachment: string }) =>
          this.owned.get(id)?.seen(attachment);
        const unknown = message.attachments.filter((each) => !known(each));
        return { unknown: unknown.map(({ attachment }) => attachment) } satisfies PresentReply;
      }
      case 'adopted':
        return this.owned.get(message.id)?.journal.confirm();
      case 'wanted':
        return this.isLeaving ? undefined : this.ask({ type: 'settle', id: message.id });
      case 'left':
        return this.owned.get(message.id)?.left(message.attachment);
      case 'detached':
        return this.tails.detached(message.attachment, message.isMoved);
      default:
        return this.host.told(message);
    }
  }

  private async enveloped(message: SessionMessage): Promise<Envelope> {
    const own = this.owned.get(message.id);
    try {
      if (!own) throw new SessionMovedError();
      return { result: await this.answer(own, message) };
    } catch (error) {
      return { error: relayedError(error) };
    }
  }

  private async answer(own: OwnedSession, message: SessionMessage): Promise<unknown> {
    const { journal } = own;
    if (!journal.isSure && !(await journal.isOwned())) throw new SessionMovedError();
    if (message.type === 'post') return own.post(message, await this.host.originOf(message.origin));
    if (message.type === 'settle') return own.settle();
    if (message.type === 'attach') return { node: this.node.id, ...own.attach(message) };
    return this.host.told({ ...message, type: 'close' });
  }

  private tell(node: string, message: ToldMessage): void {
    if (node === this.node.id) void this.serve(message);
    else this.node.bus.tell(node, message);
  }

  private tick(): void {
    const now = Date.now();
    for (const owned of this.owned.values()) {
      owned.forgetUnseen(now - PRESENCE_TTL_MS);
      owned.renew(now);
      if (!owned.journal.isSure) void owned.journal.confirm();
    }
    this.tails.tick();
  }
}
