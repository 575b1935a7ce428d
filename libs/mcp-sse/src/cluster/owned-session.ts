import type { RequestId } from '@modelcontextprotocol/sdk/types.js';
import type { Subscription } from 'rxjs';
import { andThen } from '../model/and-then.js';
import { renewalMs } from '../model/cluster/session-store.js';
import { ClusterUnavailableError } from '../model/errors/cluster.errors.js';
import type { LogEntry } from '../model/cluster/session-log.js';
import type { SessionRecord } from '../model/cluster/session-record.js';
import type { MessageOrigin } from '../protocol/call-port.js';
import type { AdmittedMessage } from '../protocol/execution.js';
import { serializeError } from '../protocol/json-rpc.js';
import type { Sink } from '../streaming/sink.js';
import type { McpSession } from '../sessions/mcp-session.js';
import type { McpSessionService } from '../sessions/mcp-session.service.js';
import { lostRequest, SessionMovedError } from '../sessions/session.errors.js';
import type { DisownedSession } from '../sessions/shared-journal.js';
import type { SharedOutlet } from '../sessions/shared-outlet.js';
import type {
  AttachMessage,
  AttachReply,
  PostMessage,
  PostReply,
  SessionMessage,
  ToldMessage,
} from './cluster-message.js';
import type { JournaledSession, SessionJournal } from './session-journal.js';
import { storedRecord } from './stored-record.js';
import type { StoredNames } from '../model/stored-parts.js';

/** The stream of a transport that has one for each session. */
const ONLY_STREAM = 0;
/** For how long answers may be held for another node at most, in milliseconds. That node waits for 10 s. */
const MAX_HOLD_MS = 5_000;
/** How soon the nodes of clients that read an adopted session have said so, in milliseconds. */
const FOLLOWED_MS = 5_000;

/** A client of another node that reads a stream. */
interface Reader {
  readonly node: string;
  readonly subscription: Subscription;
  /** Milliseconds since the epoch. */
  seenAt: number;
}

/** The node that owns a session. */
export interface OwnerNode {
  readonly sessions: McpSessionService;
  readonly stored: StoredNames;
  tell(node: string, message: ToldMessage): void;
}

/** A session of this node, for clients that are connected to other nodes. */
export class OwnedSession implements JournaledSession, DisownedSession {
  private readonly readers = new Map<string, Reader>();
  private renewedAt = Date.now();
  private readonly openedAt = this.renewedAt;

  /**
   * @param lost requests that another node left without an answer, and the streams of their answers
   * @param isAdopted whether another node owned it before
   */
  constructor(
    private readonly session: McpSession,
    private readonly lost: ReadonlyMap<string, number>,
    private readonly node: OwnerNode,
    private readonly isAdopted: boolean,
  ) {}

  get journal(): SessionJournal {
    return this.session.journal as SessionJournal;
  }

  get record(): SessionRecord {
    return storedRecord(this.session.record, this.node.stored);
  }

  get isFollowed(): boolean {
    return this.readers.size > 0 || (this.isAdopted && Date.now() < this.openedAt + FOLLOWED_MS);
  }

  get kept(): readonly LogEntry[] {
    return this.outlet.kept;
  }

  fenced(): void {
    this.node.sessions.leave(this.session);
  }

  overflowed(): void {
    this.node.sessions.perform({ type: 'close', id: this.session.id, reason: 'slow-client' });
  }

  /** Takes messages that came to another node. @throws as the session does */
  post(
    message: Extract<SessionMessage, PostMessage>,
    origin: Omit<MessageOrigin, 'streamHeaders'>,
  ): PostReply | Promise<PostReply> {
    const { messages, resent, begun } = message;
    const ids = messages.filter((each) => each.kind === 'request').map(({ id }) => id);
    const answered = resent ? this.answered(ids) : undefined;
    if (answered !== undefined) return { stream: answered, after: 0 };
    const { inbox, streamHeaders } = this.session;
    this.session.renew(origin.principal);
    if (begun && ids.length > 0) return this.lose(ids);
    return andThen(inbox.admit(messages, { ...origin, streamHeaders }), (admitted) =>
      this.receive(message, ids, admitted),
    );
  }

  private receive(
    { messages, primes, holdMs = 0 }: PostMessage,
    ids: readonly RequestId[],
    admitted: readonly AdmittedMessage[],
  ): Promise<PostReply> {
    const { inbox, memory } = this.session;
    const after = this.journal.last;
    inbox.assertReceivable(messages);
    if (ids.length > 0 && this.outlet.hold) {
      const answers = this.outlet.hold(ids, { primes, holdMs: Math.min(holdMs, MAX_HOLD_MS), memory });
      inbox.receive(admitted);
      return answers;
    }
    return inbox
      .keepAndReceive(messages, admitted, ONLY_STREAM, true)
      .then(() => ({ stream: ONLY_STREAM, after }));
  }

  attach({ stream, attachment, node, primes, arrival }: AttachMessage): Omit<AttachReply, 'node'> {
    const { outlet, session } = this;
    const after = this.journal.last;
    const refused = { after, isAttached: false, isFinished: outlet.isFinished(stream) };
    if (this.readers.has(attachment)) return { ...refused, isAttached: true };
    if (!arrival && outlet.isRead(stream)) return refused;
    if (arrival) {
      session.renew(arrival.principal);
      session.streamOpened(arrival.headers);
      this.journal.save();
    }
    const sink = new RemoteSink(() => this.ended(attachment));
    const reading = {
      sink,
      primes: primes && arrival !== undefined,
      onDetach: () => this.node.sessions.detached(session.id),
    };
    const read = outlet.read(stream, reading);
    if (!read) return refused;
    let isOver = false;
    const subscription = read.items$.subscribe({
      complete: () => {
        isOver = true;
        this.ended(attachment);
      },
    });
    if (!isOver) this.readers.set(attachment, { node, subscription, seenAt: Date.now() });
    return {
      after: read.from === undefined ? after : read.from - 1,
      isAttached: true,
      isFinished: isOver || refused.isFinished,
    };
  }

  /**
   * Resolves once everything that clients have read is in the log.
   *
   * @throws {ClusterUnavailableError}
   * @throws {SessionMovedError} when another node owns the session
   */
  async settle(): Promise<void> {
    const keeping = await this.journal.keep([], 0);
    if (keeping === 'fenced') throw new SessionMovedError();
    if (keeping !== 'kept') throw new ClusterUnavailableError();
  }

  /** Notes that a client is still present. @returns whether it is known */
  seen(attachment: string): boolean {
    const reader = this.readers.get(attachment);
    if (reader) reader.seenAt = Date.now();
    return reader !== undefined;
  }

  left(attachment: string): void {
    const reader = this.readers.get(attachment);
    this.readers.delete(attachment);
    reader?.subscription.unsubscribe();
  }

  /** Forgets clients whose nodes have not reported them since a time. */
  forgetUnseen(since: number): void {
    for (const [attachment, { seenAt }] of this.readers) if (seenAt < since) this.left(attachment);
  }

  /** Renews the session in the store while nothing happens in it. */
  renew(now: number): void {
    if (now < this.renewedAt + renewalMs(this.session.graceMs)) return;
    this.renewedAt = now;
    void this.journal.confirm();
  }

  /** Lets other nodes adopt the session, and sends the clients of other nodes to its next owner. */
  async release(): Promise<void> {
    await this.journal.release();
    for (const [attachment, { node }] of this.readers) {
      this.left(attachment);
      this.tellDetached(node, attachment, true);
    }
  }

  private ended(attachment: string): void {
    const reader = this.readers.get(attachment);
    this.readers.delete(attachment);
    if (reader) void this.tellEnded(reader, attachment);
  }

  /** If it cannot be told now, the other node learns it when it asks. */
  private async tellEnded({ node }: Reader, attachment: string): Promise<void> {
    const keeping = await this.journal.keep([], 0);
    if (keeping === 'kept') this.tellDetached(node, attachment, false);
  }

  /** @param isMoved whether the stream goes on at another owner */
  private tellDetached(node: string, attachment: string, isMoved: boolean): void {
    this.node.tell(node, { type: 'detached', attachment, isMoved });
  }

  private get outlet(): SharedOutlet {
    return this.session.outlet as SharedOutlet;
  }

  /** The stream that answered requests which a dead node had taken. */
  private answered(ids: readonly RequestId[]): number | undefined {
    return ids.map((id) => this.lost.get(keyOf(id))).find((stream) => stream !== undefined);
  }

  /** Whether a former owner has answered a request, and could not say so. */
  private hasAnswer(id: RequestId): boolean {
    return this.kept.some(({ type, data }) => type === 'message' && isAnswerTo(id, data));
  }

  /** Answers requests that a former owner has begun to carry out, and of which nothing else is known. */
  private async lose(ids: readonly RequestId[]): Promise<PostReply> {
    if (this.outlet.hold) return { answers: ids.map((id) => serializeError(id, lostRequest())) };
    const after = this.journal.last;
    for (const id of ids) if (!this.hasAnswer(id)) this.session.lose(id, lostRequest());
    await this.settle();
    return { stream: ONLY_STREAM, after };
  }
}

function isAnswerTo(id: RequestId, data: string): boolean {
  if (!data.includes(keyOf(id))) return false;
  try {
    const message = JSON.parse(data) as { readonly id?: unknown; readonly method?: unknown };
    return message.id === id && message.method === undefined;
  } catch {
    return false;
  }
}

function keyOf(id: RequestId): string {
  return JSON.stringify(id);
}

/** Takes events for a client of another node, which reads them from the log. */
class RemoteSink implements Sink {
  readonly begun = true;
  readonly writable = true;

  constructor(private readonly onEnd: () => void) {}

  onDrain(): () => void {
    return () => undefined;
  }

  write(): void {}

  gather(): () => void {
    return () => undefined;
  }

  flush(): void {}

  endConnection(): void {}

  destroy(): void {
    this.onEnd();
  }
}
