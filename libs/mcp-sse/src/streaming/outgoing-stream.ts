import { Observable, type Subscriber } from 'rxjs';
import { EventQueue } from './event-queue.js';
import { ReplayBuffer, type ReplayLimits } from './replay-buffer.js';
import type { Sink } from './sink.js';
import type { StreamComment, StreamEvent } from './stream-event.js';

/**
 * Characters handed over in one turn of the event loop. What lies between this stream and the socket writes
 * them on later ticks, so the sink cannot tell in the same turn that it is full.
 */
const MAX_PER_TURN = 64 * 1024;

/** How long a client may take to read what is left of a stream that has ended. */
const FAREWELL_MS = 1_000;

export interface OutgoingStreamOptions {
  /** Bytes that may wait for a client that does not read. */
  readonly maxQueuedBytes: number;
  /** Time between comments; `false` sends none. */
  readonly heartbeatMs: number | false;
  /** What is kept for a client that comes back; nothing unless given. */
  readonly replay?: ReplayLimits;
}

/**
 * Events on their way to a client, in order. They are handed over only while the sink accepts more, so that
 * what waits is all here and can be counted.
 */
export class OutgoingStream {
  private readonly queue = new EventQueue();
  private readonly replay?: ReplayBuffer;
  private subscriber?: Subscriber<StreamEvent | StreamComment>;
  private sink?: Sink;
  private finished = false;
  private handedOver = 0;
  private turnEnds = false;

  constructor(private readonly options: OutgoingStreamOptions) {
    if (options.replay) this.replay = new ReplayBuffer(options.replay);
  }

  get attached(): boolean {
    return this.subscriber !== undefined;
  }

  get queuedBytes(): number {
    return this.queue.bytes;
  }

  /** Whether nothing is added any more. */
  get isFinished(): boolean {
    return this.finished;
  }

  /** @returns false when the client reads too slowly and the event found no room */
  push(event: StreamEvent): boolean {
    if (this.queue.length === 0 && this.accepting) {
      this.handOver(event);
      return true;
    }
    if (this.queue.length > 0 && this.queue.bytes + event.data.length > this.options.maxQueuedBytes)
      return false;
    this.queue.push(event);
    return true;
  }

  /**
   * The stream as its client reads it. A client that attaches takes the place of one that is attached. Completes
   * with `end()`, `detach()`, or after what waits when it is finished.
   *
   * @param onDetach called when the client is gone, but not after `end()`
   */
  attach(sink: Sink, onDetach: () => void): Observable<StreamEvent | StreamComment> {
    return new Observable((subscriber) => {
      const replaced = this.subscriber;
      this.subscriber = subscriber;
      this.sink = sink;
      replaced?.complete();
      const stopDraining = sink.onDrain(() => this.drain());
      const heartbeat = this.startHeartbeat(subscriber, sink);
      this.drain();
      return () => {
        stopDraining();
        clearInterval(heartbeat);
        if (this.subscriber !== subscriber) return;
        this.forget();
        onDetach();
      };
    });
  }

  /**
   * Puts what came after an event in front of what waits, for a client that lost its connection. The connection
   * ends, if it looks as though it were still there.
   *
   * @returns false when that is not known (any more), or nothing came after it and nothing will
   */
  rewind(lastEventId: string): boolean {
    const missed = this.replay?.takeAfter(lastEventId);
    if (!missed) return false;
    this.detach();
    this.queue.unshift(missed);
    return this.queue.length > 0 || !this.finished;
  }

  /** Completes the stream once its client has taken what waits, now or when it comes back. */
  finish(): void {
    this.finished = true;
    this.drain();
  }

  /** Ends the connection, but not the stream: its client comes back for the rest. */
  detach(): void {
    const { subscriber } = this;
    this.forget();
    subscriber?.complete();
  }

  /**
   * Completes the stream after what waits, which is then handed over whatever the sink says. A client that does
   * not read it soon is dropped: its connection would keep the server from closing.
   *
   * @param endsConnection whether the server is closing, and no connection is to be kept
   */
  end(endsConnection = false): void {
    const { subscriber, sink } = this;
    if (endsConnection) sink?.endConnection();
    for (let event = this.queue.shift(); event; event = this.queue.shift()) subscriber?.next(event);
    this.forget();
    subscriber?.complete();
    if (sink) setTimeout(() => sink.destroy(), FAREWELL_MS).unref();
  }

  /** Drops the connection and what waits. */
  destroy(): void {
    const { sink } = this;
    this.queue.clear();
    this.forget();
    sink?.destroy();
  }

  private get accepting(): boolean {
    return this.sink !== undefined && this.sink.writable && this.handedOver < MAX_PER_TURN;
  }

  private drain(): void {
    while (this.queue.length > 0 && this.accepting) this.handOver(this.queue.shift()!);
    if (this.finished && this.queue.length === 0) this.detach();
  }

  private handOver(event: StreamEvent): void {
    this.replay?.add(event);
    this.handedOver += event.data.length;
    this.subscriber!.next(event);
    if (this.turnEnds) return;
    this.turnEnds = true;
    setImmediate(() => {
      this.turnEnds = false;
      this.handedOver = 0;
      this.drain();
    });
  }

  private startHeartbeat(subscriber: Subscriber<StreamComment>, sink: Sink): NodeJS.Timeout | undefined {
    const { heartbeatMs } = this.options;
    if (heartbeatMs === false) return undefined;
    const beat = () => {
      if (sink.writable) subscriber.next({ comment: 'keep-alive' });
    };
    return setInterval(beat, heartbeatMs).unref();
  }

  private forget(): void {
    this.subscriber = undefined;
    this.sink = undefined;
  }
}
