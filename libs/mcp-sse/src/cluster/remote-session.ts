import type { SessionRecord } from '../model/cluster/session-record.js';
import { ClusterUnavailableError } from '../model/errors/cluster-unavailable.error.js';
import { retry } from '../model/retry.js';
import type { JsonRpcMessage } from '../protocol/json-rpc.js';
import type { AttachMessage, PostReply, RelayedOrigin } from './cluster-message.js';
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

/** A session that another node has, for a request that came to this one. */
export class RemoteSession {
  constructor(
    readonly record: SessionRecord,
    private readonly cluster: SessionCluster,
  ) {}

  /**
   * Has the session receive messages, whose requests are in its record when this resolves.
   *
   * @param resent whether this node may have written them down while the session was its own
   * @throws as `SessionCluster.ask` does
   */
  post(
    messages: readonly JsonRpcMessage[],
    origin: RelayedOrigin,
    { primes = false, resent = false }: { readonly primes?: boolean; readonly resent?: boolean } = {},
  ): Promise<PostReply> {
    this.cluster.observer.messages?.routed();
    return this.cluster.ask({ type: 'post', id: this.record.id, messages, origin, primes, resent });
  }

  end(): Promise<void> {
    return this.cluster.ask({ type: 'end', id: this.record.id, reason: 'client-closed' });
  }

  /**
   * The stream that carries the answers to a POST.
   *
   * @throws as `SessionCluster.ask` does
   */
  async answers({ stream }: PostReply): Promise<StreamTail> {
    const tail = await this.cluster.tails.follow(this.record.id, stream);
    const reply = await this.cluster.tails.attach(tail, false, undefined);
    if (!reply.isAttached || reply.isFinished) tail.end();
    return tail;
  }

  /**
   * A stream that a client has lost.
   *
   * @param position of the last event that it has read
   * @returns undefined when what came after is not known (any more), or nothing did and nothing will
   * @throws as `SessionCluster.ask` does
   */
  resume(stream: number, position: number, arrival: Arrival): Promise<StreamTail | undefined> {
    const { tails } = this.cluster;
    return retryWhileUnavailable(async () => {
      // What its owner has sent while the log was away is not in it yet: neither what the client has read last, nor
      // the answer that it comes for, without which a stream that is finished would have nothing more to give.
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
   * The stream of what belongs to no request, and the position after which nobody has read it.
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

  /** The client is gone that read a stream. */
  left(tail: StreamTail): void {
    this.cluster.tails.left(tail);
  }
}
