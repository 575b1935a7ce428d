import type { RequestId } from '@modelcontextprotocol/sdk/types.js';
import type { Subscription } from 'rxjs';
import { renewalMs } from '../../model/cluster/session-ttl.js';
import type { TrafficObserver } from '../../model/traffic-observer.js';
import { ClusterUnavailableError } from '../../model/errors/cluster.errors.js';
import type { MessageOrigin } from '../../protocol/call-context.js';
import type { Sink } from '../../streaming/sink.js';
import { permitted } from '../permitted.js';
import { SessionMovedError } from '../errors/session-moved.error.js';
import type { McpSession } from '../mcp-session.js';
import type { SharedOutlet } from '../shared-outlet.js';
import type {
  AttachMessage,
  AttachReply,
  PostMessage,
  PostReply,
  SessionMessage,
} from './cluster-message.js';
import type { SessionJournal } from './session-journal.js';

/** A client of another node that reads a stream. */
interface Reader {
  readonly node: string;
  readonly subscription: Subscription;
  /** Milliseconds since the epoch. */
  seenAt: number;
}

export interface OwnedSessionCallbacks {
  /** A client of another node is gone. */
  detached(): void;
  /** The stream of a client of another node has ended, or only moves to another owner. */
  tellDetached(node: string, attachment: string, isMoved: boolean): void;
}

/** A session of this node, as clients that are connected to other nodes use it. */
export class OwnedSession {
  private readonly readers = new Map<string, Reader>();
  private renewedAt = Date.now();

  /** @param lost requests that another node has left without an answer, and the streams of their answers */
  constructor(
    readonly session: McpSession,
    private readonly outlet: SharedOutlet,
    private readonly lost: ReadonlyMap<string, number>,
    private readonly observer: TrafficObserver,
    private readonly callbacks: OwnedSessionCallbacks,
  ) {}

  get journal(): SessionJournal {
    return this.session.journal!;
  }

  /** @throws as the session does when it refuses the messages */
  async post(
    { messages, primes, resent }: Extract<SessionMessage, PostMessage>,
    origin: Omit<MessageOrigin, 'streamHeaders'>,
  ): Promise<PostReply> {
    const ids = messages.filter((message) => message.kind === 'request').map(({ id }) => id);
    const answered = resent ? this.answered(ids) : undefined;
    if (answered !== undefined) return { stream: answered, after: 0 };
    this.session.renew(origin.principal);
    const { streamHeaders } = this.session;
    const admitted = permitted(
      await this.session.admit(messages, { ...origin, streamHeaders }),
      this.observer,
    );
    const after = this.journal.last;
    this.session.assertReceivable(messages);
    const stream = ids.length > 0 ? this.outlet.relay(ids, primes) : 0;
    try {
      const keeping = this.session.keep(messages, stream, true);
      if (primes && ids.length > 0) this.outlet.prime(stream);
      await keeping;
    } catch (error) {
      this.outlet.unrelay(ids);
      throw error;
    }
    this.session.receive(admitted);
    return { stream, after };
  }

  attach({ stream, attachment, node, primes, arrival }: AttachMessage): Omit<AttachReply, 'node'> {
    const { outlet, session } = this;
    const after = this.journal.last;
    const refused = { after, isAttached: false, isFinished: outlet.isFinished(stream) };
    if (this.readers.has(attachment)) return { ...refused, isAttached: true };
    if (!arrival && outlet.isRead(stream)) return refused;
    if (arrival) {
      session.renew(arrival.principal);
      session.touch();
      session.streamHeaders = arrival.headers;
      this.journal.save();
    }
    const sink = new RemoteSink(() => this.ended(attachment));
    const reading = {
      sink,
      primes: primes && arrival !== undefined,
      onDetach: () => this.callbacks.detached(),
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
   * Resolves when everything that clients have read is kept.
   *
   * @throws {ClusterUnavailableError} when it cannot be kept for now
   * @throws {SessionMovedError} when another node has the session
   */
  async settle(): Promise<void> {
    const keeping = await this.journal.keep([], 0);
    if (keeping === 'fenced') throw new SessionMovedError();
    if (keeping !== 'kept') throw new ClusterUnavailableError();
  }

  /** @returns whether the client is known */
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

  /** Forgets clients whose nodes have not spoken of them since a time. */
  forgetUnseen(since: number): void {
    for (const [attachment, { seenAt }] of this.readers) if (seenAt < since) this.left(attachment);
  }

  /** Keeps the session from being forgotten while nothing happens in it. */
  renew(now: number): void {
    if (now < this.renewedAt + renewalMs(this.session.graceMs)) return;
    this.renewedAt = now;
    void this.journal.confirm();
  }

  /** Has the clients of other nodes look for the session's new owner. */
  async release(): Promise<void> {
    await this.journal.release();
    for (const [attachment, { node }] of this.readers) {
      this.left(attachment);
      this.callbacks.tellDetached(node, attachment, true);
    }
  }

  private ended(attachment: string): void {
    const reader = this.readers.get(attachment);
    this.readers.delete(attachment);
    if (reader) void this.tellEnded(reader, attachment);
  }

  /** Where that cannot be said yet, the other node learns it when it asks. */
  private async tellEnded({ node }: Reader, attachment: string): Promise<void> {
    const keeping = await this.journal.keep([], 0);
    if (keeping === 'kept') this.callbacks.tellDetached(node, attachment, false);
  }

  /** The stream on which requests have been answered that a dead node had taken. */
  private answered(ids: readonly RequestId[]): number | undefined {
    const [stream] = ids.map((id) => this.lost.get(JSON.stringify(id)));
    return stream;
  }
}

/** What is handed over here is in the log already, where the other node reads it. */
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

  endConnection(): void {}

  destroy(): void {
    this.onEnd();
  }
}
