import type { SessionRecord } from '../model/cluster/session-record.js';
import { ClusterUnavailableError } from '../model/errors/cluster.errors.js';
import { retry } from '../model/retry.js';
import type { JsonRpcMessage } from '../protocol/json-rpc.js';
import type { AnswerStream, AttachMessage, PostReply, RelayedOrigin } from './cluster-message.js';
import type { SessionCluster } from './session-cluster.js';
import type { StreamTail } from './stream-tail.js';

const PATIENCE_MS = 10_000;
const RETRY_MS = 100;

/**
 * Repeats what needs the cluster for a client that opens its stream, until the cluster can be reached, for 10 s at
 * most. An EventSource would not try again.
 */
export function retryWhileUnavailable<T>(attempt: () => Promise<T>): Promise<T> {
  const delayAfter = (error: unknown) => (error instanceof ClusterUnavailableError ? RETRY_MS : undefined);
  return retry(attempt, delayAfter, PATIENCE_MS);
}

export type Arrival = NonNullable<AttachMessage['arrival']>;

interface PostOptions {
  readonly primes?: boolean;
  /** Whether this node may have written them to the log while it was the owner. */
  readonly resent?: boolean;
  /** Whether it may have begun to carry them out. */
  readonly begun?: boolean;
  /** For how long the owner may hold answers to reply with them. */
  readonly holdMs?: number;
}

/** A session that another node owns, for a request that came to this one. */
export class RemoteSession {
  constructor(
    readonly record: SessionRecord,
    private readonly cluster: SessionCluster,
  ) {}

  /**
   * Sends messages to the owner. Resolves once their requests are in the log.
   *
   * @throws as `SessionCluster.ask` does
   */
  post(
    messages: readonly JsonRpcMessage[],
    origin: RelayedOrigin,
    { primes = false, resent = false, begun, holdMs }: PostOptions = {},
  ): Promise<PostReply> {
    this.cluster.observer.messages?.routed();
    const { id } = this.record;
    return this.cluster.ask({ type: 'post', id, messages, origin, primes, resent, begun, holdMs });
  }

  end(): Promise<void> {
    return this.cluster.ask({ type: 'end', id: this.record.id, reason: 'client-closed' });
  }

  /**
   * Tails the stream that carries the answers to a POST.
   *
   * @throws as `SessionCluster.ask` does
   */
  async answers({ stream }: AnswerStream): Promise<StreamTail> {
    const tail = await this.cluster.tails.follow(this.record.id, stream);
    const reply = await this.cluster.tails.attach(tail, false, undefined);
    if (!reply.isAttached || reply.isFinished) tail.end();
    return tail;
  }

  /**
   * Tails a stream that a client has lost.
   *
   * @param position of the last event that it has read
   * @returns undefined when not all later events are known, or there are none and the stream is finished
   * @throws as `SessionCluster.ask` does
   */
  resume(stream: number, position: number, arrival: Arrival): Promise<StreamTail | undefined> {
    const { tails } = this.cluster;
    return retryWhileUnavailable(async () => {
      // While the log could not be reached, the owner may have sent events that are not in it yet: the last one that
      // the client has read, or the answer that it comes back for.
      await this.cluster.ask({ type: 'settle', id: this.record.id });
      const tail = await tails.follow(this.record.id, stream);
      try {
        const isKnown = await tail.knows(position);
        const reply = isKnown ? await tails.attach(tail, false, arrival) : undefined;
        const isOver = reply?.isFinished && !(await tail.hasAfter(position));
        if (reply && !isOver) {
          if (!reply.isAttached || reply.isFinished) tail.end();
          return tail;
        }
      } catch (error) {
        tail.close();
        throw error;
      }
      tails.left(tail);
      return undefined;
    });
  }

  /**
   * Tails the stream of what belongs to no request, from the position up to which it was read.
   *
   * @throws as `SessionCluster.ask` does
   */
  open(primes: boolean, arrival: Arrival): Promise<{ tail: StreamTail; after: number }> {
    const { tails } = this.cluster;
    return retryWhileUnavailable(async () => {
      const tail = await tails.follow(this.record.id, 0);
      const { after } = await tails.attach(tail, primes, arrival);
      return { tail, after };
    });
  }

  /** Ends a tail whose client is gone. */
  left(tail: StreamTail): void {
    this.cluster.tails.left(tail);
  }
}
