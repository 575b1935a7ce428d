import type { ClusterNode } from '../model/cluster/mcp-cluster.js';
import type { SessionOwner } from '../model/cluster/session-log.js';
import type { SessionRecord } from '../model/cluster/session-record.js';
import type { AdoptedSession } from '../model/cluster/session-store.js';
import { ClusterUnavailableError, UnreadableMessageError } from '../model/errors/cluster.errors.js';
import { andThen } from '../model/and-then.js';
import type { TrafficObserver } from '../model/traffic-observer.js';
import type { MessageOrigin } from '../protocol/call-port.js';
import type { McpSession } from '../sessions/mcp-session.js';
import type { McpSessionService } from '../sessions/mcp-session.service.js';
import type { RelayedStream, SessionCommand, SessionSharing } from '../sessions/session-sharing.js';
import { SessionMovedError } from '../sessions/session.errors.js';
import type { MemoryAccount } from '../streaming/memory-budget.js';
import type {
  AttachMessage,
  AttachReply,
  ClusterMessage,
  EndMessage,
  PostMessage,
  PostReply,
  PresentMessage,
  PresentReply,
  RelayedOrigin,
  SessionMessage,
  SettleMessage,
  ToldMessage,
} from './cluster-message.js';
import type { ClusterReporter } from './cluster-reporter.js';
import { OwnedSession, type OwnerNode } from './owned-session.js';
import { OwnerRequests, type AskingNode } from './owner-requests.js';
import { isPresentReply, readMessage, type Envelope } from './read-message.js';
import { relayedError } from './relayed-error.js';
import { SessionJournal } from './session-journal.js';
import { filterOf, sharedFilter } from './shared-filter.js';
import { storedHeaders, type StoredNames } from '../model/stored-parts.js';
import { StreamTails, type OwnerNodes } from './stream-tails.js';

const TICK_MS = 1_000;
/** How long a client of another node counts as present after its node last said so. */
const PRESENCE_TTL_MS = 5_000;

export interface SessionClusterOptions {
  /** What may wait to be written of a session, in characters of data. */
  readonly maxBytes: number;
  readonly stored: StoredNames;
  /** Restores the origin of a message that came to another node. */
  readonly originOf: (
    origin: RelayedOrigin,
  ) => Omit<MessageOrigin, 'streamHeaders'> | Promise<Omit<MessageOrigin, 'streamHeaders'>>;
}

/** The sessions of all nodes: serves those of this node to the others, and asks the others for theirs. */
export class SessionCluster implements SessionSharing, OwnerNodes, OwnerNode, AskingNode {
  readonly tails = new StreamTails(this.node.log, this);
  private readonly owned = new Map<string, OwnedSession>();
  private readonly adoptions = new Map<string, Promise<void>>();
  private readonly owners = new OwnerRequests(this.node, this);
  private timer?: NodeJS.Timeout;
  /** Whether it takes over no more sessions. */
  isLeaving = false;

  /**
   * @param sessions of this node
   * @param reports counts and logs what cannot be read of other nodes
   */
  constructor(
    readonly node: ClusterNode,
    readonly sessions: McpSessionService,
    readonly observer: TrafficObserver,
    readonly reports: ClusterReporter,
    private readonly options: SessionClusterOptions,
  ) {}

  /** Resolves when other nodes can reach this one. */
  async start(): Promise<void> {
    this.node.bus.serve((body) => this.hear(body));
    this.node.onReturn(() => {
      for (const { journal } of this.owned.values()) void journal.confirm();
    });
    this.timer = setInterval(() => this.tick(), TICK_MS).unref();
    await this.node.ready();
  }

  /** Whether what the nodes share can be reached, as far as is known. */
  get isReachable(): boolean {
    return this.node.isReachable;
  }

  get stored(): StoredNames {
    return this.options.stored;
  }

  get relayed(): readonly RelayedStream[] {
    return this.tails.relayed;
  }

  journal(id: string, memory: MemoryAccount, adopted?: AdoptedSession): SessionJournal {
    const { epoch = 0, record } = adopted ?? {};
    return new SessionJournal(id, this.node, epoch, this.options.maxBytes, this.reports, memory, record);
  }

  own(session: McpSession, { inFlight }: Partial<AdoptedSession> = {}): void {
    const owned = new OwnedSession(session, new Map(inFlight), this, inFlight !== undefined);
    this.owned.set(session.id, owned);
    owned.journal.start(owned, inFlight);
  }

  disown(id: string): OwnedSession | undefined {
    const owned = this.owned.get(id);
    this.owned.delete(id);
    return owned;
  }

  /**
   * Finds a session of any node. Returns a promise unless this node remembers it.
   *
   * @throws {ClusterUnavailableError}
   */
  find(id: string): SessionRecord | Promise<SessionRecord | undefined> {
    const isOwn = this.owned.has(id);
    const known = isOwn ? undefined : this.owners.recall(id);
    if (known) return known;
    return (isOwn ? this.node.store.find(id) : this.owners.locate(id)).then((found) => found?.record);
  }

  ask(message: PostMessage & Pick<SessionMessage, 'resent' | 'begun'>): Promise<PostReply>;
  ask(message: AttachMessage): Promise<AttachReply>;
  ask(message: EndMessage | SettleMessage): Promise<void>;
  /** See {@link OwnerRequests.ask}. */
  ask(message: SessionMessage): Promise<unknown> {
    return this.owners.ask(message);
  }

  attach({ arrival, ...message }: Omit<AttachMessage, 'node'>): Promise<AttachReply> {
    // The owner needs no more of the headers than it stores.
    const sent = arrival && { ...arrival, headers: storedHeaders(arrival.headers, this.stored) };
    return this.ask({ ...message, node: this.node.id, arrival: sent });
  }

  async present(node: string, message: PresentMessage): Promise<PresentReply> {
    const reply = await (node === this.node.id ? this.serve(message) : this.node.bus.request(node, message));
    if (!isPresentReply(reply)) throw this.unreadable(ClusterUnavailableError);
    return reply;
  }

  tell(node: string, message: ToldMessage): void {
    if (node === this.node.id) void this.serve(message);
    else this.node.bus.tell(node, message);
  }

  publish(command: SessionCommand): void {
    const isFiltered = 'where' in command;
    this.node.bus.publish(isFiltered ? { ...command, where: sharedFilter(command.where) } : command);
  }

  startLeaving(): void {
    this.isLeaving = true;
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.tails.endAll();
    await this.node.leave();
  }

  adopt(id: string, from: SessionOwner): Promise<void> {
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
    const session = this.sessions.adopt(adopted);
    const { principal, params, streamHeaders: headers } = adopted.record;
    const request = { query: {}, user: principal.claims };
    void session.watchAgain(async () =>
      this.options.originOf({ principal, headers, params, bytes: 0, request }),
    );
  }

  /** @throws {UnreadableMessageError} */
  private hear(body: unknown): Promise<unknown> {
    const message = readMessage(body);
    if (!message) return Promise.reject(this.unreadable(UnreadableMessageError));
    return isSessionMessage(message) ? this.enveloped(message) : this.serveReported(message);
  }

  private async serveReported(message: Exclude<ClusterMessage, SessionMessage>): Promise<unknown> {
    try {
      return await this.serve(message);
    } catch (error) {
      this.reports.failed(error, `the message "${message.type}" of another node`);
      throw error;
    }
  }

  unreadable<E extends Error>(ErrorClass: new () => E): E {
    this.reports.unreadable('message', 'its type or shape is not known');
    return new ErrorClass();
  }

  private async serve(message: Exclude<ClusterMessage, SessionMessage>): Promise<unknown> {
    switch (message.type) {
      case 'present': {
        const { attachments } = message;
        const unknown = attachments.filter(({ id, attachment }) => !this.owned.get(id)?.seen(attachment));
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
      case 'notify':
      case 'close':
        return this.sessions.perform(message);
      default:
        return this.sessions.perform({ ...message, where: filterOf(message.where) });
    }
  }

  /** Never rejects. */
  private async enveloped(message: SessionMessage): Promise<Envelope> {
    try {
      if (!this.owned.has(message.id)) throw new SessionMovedError();
      return { result: await this.answerOwn(message) };
    } catch (error) {
      return { error: relayedError(error) };
    }
  }

  owns(id: string): boolean {
    return this.owned.has(id);
  }

  answerOwn(message: SessionMessage): unknown {
    const own = this.owned.get(message.id)!;
    return own.journal.isSure ? this.answer(own, message) : this.answerConfirmed(own, message);
  }

  private async answerConfirmed(own: OwnedSession, message: SessionMessage): Promise<unknown> {
    if (!(await own.journal.isOwned())) throw new SessionMovedError();
    return this.answer(own, message);
  }

  private answer(own: OwnedSession, message: SessionMessage): unknown {
    switch (message.type) {
      case 'post':
        return andThen(this.options.originOf(message.origin), (origin) => own.post(message, origin));
      case 'settle':
        return own.settle();
      case 'attach':
        return this.attachTo(own, message);
      case 'end':
        return this.sessions.perform({ ...message, type: 'close' });
    }
  }

  private async attachTo(own: OwnedSession, message: AttachMessage): Promise<AttachReply> {
    const attached = own.attach(message);
    // Events that are being written now are not passed on to its reader, who finds them in the log.
    await own.journal.settled();
    return { node: this.node.id, ...attached };
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

function isSessionMessage(message: ClusterMessage): message is SessionMessage {
  switch (message.type) {
    case 'post':
    case 'attach':
    case 'end':
    case 'settle':
      return true;
    default:
      return false;
  }
}
