import type { SessionLog } from '../model/cluster/session-log.js';
import type { RelayedStream } from '../sessions/session-sharing.js';
import { SessionClosedError } from '../sessions/session.errors.js';
import type {
  AttachMessage,
  AttachReply,
  PresentMessage,
  PresentReply,
  ToldMessage,
} from './cluster-message.js';
import { StreamTail } from './stream-tail.js';

interface Attached {
  readonly tail: StreamTail;
  /** The node that owns the session, as far as is known. */
  owner: string;
}

/** Reaches the owners of sessions. */
export interface OwnerNodes {
  attach(message: Omit<AttachMessage, 'node'>): Promise<AttachReply>;
  present(node: string, message: PresentMessage): Promise<PresentReply>;
  tell(node: string, message: ToldMessage): void;
}

/** The clients of this node that read sessions of other nodes. */
export class StreamTails {
  private readonly attached = new Map<string, Attached>();
  /** Nodes that are being asked. */
  private readonly asking = new Set<string>();

  constructor(
    private readonly log: SessionLog,
    private readonly owners: OwnerNodes,
  ) {}

  /** @throws {ClusterUnavailableError} */
  follow(sessionId: string, stream: number): Promise<StreamTail> {
    return StreamTail.open(this.log, sessionId, stream);
  }

  /**
   * Tells the owner that a client reads a stream, in place of any other.
   *
   * @throws as `SessionCluster.ask` does
   */
  async attach(tail: StreamTail, primes: boolean, arrival: AttachMessage['arrival']): Promise<AttachReply> {
    const { sessionId: id, stream, attachment } = tail;
    if (!this.attached.has(attachment)) this.attached.set(attachment, { tail, owner: '' });
    try {
      const reply = await this.owners.attach({ type: 'attach', id, stream, attachment, primes, arrival });
      const attached = this.attached.get(attachment);
      if (!attached) this.tellLeft(reply.node, tail);
      else attached.owner = reply.node;
      return reply;
    } catch (error) {
      this.attached.delete(attachment);
      throw error;
    }
  }

  /** Ends a tail whose client is gone, or is sent away. */
  left(tail: StreamTail, endsConnection = true): void {
    tail.end(endsConnection);
    const attached = this.attached.get(tail.attachment);
    this.attached.delete(tail.attachment);
    if (attached?.owner) this.tellLeft(attached.owner, tail);
  }

  /** The owner has ended a stream. @param isMoved whether it goes on at a new owner */
  detached(attachment: string, isMoved: boolean): void {
    const attached = this.attached.get(attachment);
    if (!attached) return;
    if (isMoved) void this.attachAgain(attached);
    else this.end(attached);
  }

  /** Asks the owners whether they know their readers. A dead owner is replaced. */
  tick(): void {
    for (const { tail } of this.attached.values()) tail.retry();
    const nodes = new Set([...this.attached.values()].map(({ owner }) => owner));
    for (const node of nodes) if (node !== '' && !this.asking.has(node)) void this.ask(node);
  }

  /** The streams that may end at any time. */
  get relayed(): readonly RelayedStream[] {
    return [...this.attached.values()]
      .filter(({ tail }) => tail.canEnd)
      .map(({ tail }) => ({ sendAway: (retryMs) => this.sendAway(tail, retryMs) }));
  }

  /** Ends every stream with its connection. */
  endAll(): void {
    for (const { tail } of this.attached.values()) this.left(tail, true);
  }

  private sendAway(tail: StreamTail, retryMs: number): void {
    tail.hint(retryMs);
    this.left(tail, false);
  }

  private tellLeft(node: string, { sessionId: id, attachment }: StreamTail): void {
    this.owners.tell(node, { type: 'left', id, attachment });
  }

  private end({ tail }: Attached): void {
    this.attached.delete(tail.attachment);
    tail.end();
  }

  private async ask(node: string): Promise<void> {
    this.asking.add(node);
    const asked = [...this.attached.values()].filter(({ owner }) => owner === node);
    const attachments = asked.map(({ tail }) => ({ id: tail.sessionId, attachment: tail.attachment }));
    const unknown = await this.owners.present(node, { type: 'present', attachments }).then(
      (reply) => reply.unknown,
      () => attachments.map(({ attachment }) => attachment),
    );
    const lost = asked.filter(({ tail }) => unknown.includes(tail.attachment));
    await Promise.all(lost.map((attached) => this.attachAgain(attached)));
    this.asking.delete(node);
  }

  private async attachAgain(attached: Attached): Promise<void> {
    const { tail } = attached;
    if (!this.attached.has(tail.attachment)) return;
    try {
      const reply = await this.attach(tail, false, undefined);
      tail.gap();
      if (!reply.isAttached || reply.isFinished) this.end(attached);
    } catch (error) {
      // The next tick asks again.
      if (error instanceof SessionClosedError) tail.end();
      else this.attached.set(tail.attachment, attached);
    }
  }
}
