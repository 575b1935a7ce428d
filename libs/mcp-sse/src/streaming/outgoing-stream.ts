import { Observable, type Subscriber } from 'rxjs';
import type { EventJournal } from './event-journal.js';
import { ReplayBuffer } from './replay-buffer.js';
import type { ReplayBudget } from './replay-budget.js';
import type { Sink } from './sink.js';
import type { StreamEvent, StreamItem } from './stream-event.js';

/** Characters written in one turn of the event loop, so that other clients get their turn. */
const MAX_PER_TURN = 64 * 1024;

/** How long a client may take to read the rest of a stream that has ended. */
const FAREWELL_MS = 1_000;

export interface OutgoingStreamOptions {
  /** Limit of what waits for a client that is attached and does not read, in characters of data. */
  readonly maxQueuedBytes: number;
  /** Milliseconds between comments; `false` sends none. */
  readonly heartbeatMs: number | false;
  /** Called after a client was cut off that did not read. */
  readonly onCut?: () => void;
  /** Called with the number of events that are sent again. */
  readonly onReplay?: (events: number) => void;
  /** Keeps each event before it is sent, where other nodes can go on with the session. */
  readonly journal?: EventJournal;
}

/**
 * Sends events to a client, in order. They are written only while the sink accepts more, so that everything that waits
 * is here and counted. Afterwards they are kept, as far as the budget allows, for a client that loses its connection
 * and comes back.
 *
 * The first event of a response that has not begun is emitted: the subscriber writes it by the next turn of the event
 * loop, and begins the response with it. All other events are written to the sink.
 */
export class OutgoingStream {
  private readonly buffer: ReplayBuffer;
  private subscriber?: Subscriber<StreamItem>;
  private sink?: Sink;
  private onDetach?: () => void;
  private preludeId?: string;
  private finished = false;
  private handedOver = 0;
  private inTurn = false;
  private begun = false;

  constructor(
    private readonly options: OutgoingStreamOptions,
    private readonly budget: ReplayBudget,
  ) {
    this.buffer = new ReplayBuffer(budget);
  }

  get attached(): boolean {
    return this.subscriber !== undefined;
  }

  get queuedBytes(): number {
    return this.buffer.waitingBytes;
  }

  /** Whether nothing more is added. */
  get isFinished(): boolean {
    return this.finished;
  }

  /**
   * Sends an event. A client whose backlog exceeds `maxQueuedBytes` is cut off, and can come back for it.
   *
   * @returns false when what waits exceeds the budget of the session
   */
  push(event: StreamEvent): boolean {
    this.buffer.add(event);
    this.drain();
    const isKept = this.buffer.waiting <= 1 || this.limitQueue();
    this.budget.settle();
    return isKept;
  }

  /**
   * Attaches a client, in place of any other. The Observable emits what begins the response, then nothing until it
   * completes: on `end()`, on `detach()`, or once a finished stream has been read.
   *
   * @param onDetach called when the client is gone, but not after `end()`
   * @param prelude an event of this connection alone, sent first
   */
  attach(sink: Sink, onDetach: () => void, prelude?: StreamEvent): Observable<StreamItem> {
    return new Observable((subscriber) => {
      const replaced = this.subscriber;
      this.sink?.flush();
      this.subscriber = subscriber;
      this.sink = sink;
      this.begun = sink.begun;
      this.onDetach = onDetach;
      replaced?.complete();
      const stopDraining = sink.onDrain(() => this.drain());
      const heartbeat = this.startHeartbeat();
      this.preludeId = prelude?.id;
      if (prelude) this.handOver(prelude);
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
   * Makes the events after a given one wait again, for a client that lost its connection. A connection that still
   * seems open ends.
   *
   * @returns false when not all of them are known, or there are none and the stream is finished
   */
  rewind(lastEventId: string): boolean {
    const { waiting } = this.buffer;
    if (!this.buffer.rewind(lastEventId)) return false;
    if (this.buffer.waiting > waiting) this.options.onReplay?.(this.buffer.waiting - waiting);
    this.detach();
    return this.buffer.waiting > 0 || !this.finished;
  }

  /** Keeps an event for a replay that another node has sent. */
  restore(event: StreamEvent): void {
    this.buffer.add(event);
    this.buffer.take();
  }

  /** Events that wait or are kept for a replay. */
  get kept(): readonly StreamEvent[] {
    return this.buffer.kept;
  }

  /** The next event to be sent. */
  get waiting(): StreamEvent | undefined {
    return this.buffer.first;
  }

  /** Completes the stream once its client has read what waits, now or when it comes back. */
  finish(): void {
    this.whenKept(() => {
      this.finished = true;
      this.drain();
    });
  }

  /** Calls back once what was pushed so far can be sent: at once, unless a journal keeps it first. */
  whenKept(run: () => void): void {
    const { journal } = this.options;
    if (journal) journal.after((isKept) => isKept && run());
    else run();
  }

  /** Tells an attached client when to come back once its connection ends. */
  hint(retryMs: number): void {
    const id = this.buffer.lastId ?? this.preludeId;
    if (id !== undefined) this.put({ id, retry: retryMs, comment: 'come back' });
  }

  /** Ends the connection, but not the stream. Its client comes back for the rest. */
  detach(): void {
    const { subscriber, sink } = this;
    sink?.flush();
    this.forget();
    subscriber?.complete();
  }

  /**
   * Writes what waits, even to a full sink, and completes the stream. A client that does not read it soon is dropped:
   * its connection would keep the server from closing.
   *
   * @param endsConnection whether the server is closing, and the HTTP connection ends too
   */
  end(endsConnection = false): void {
    const { subscriber, sink } = this;
    if (endsConnection) sink?.endConnection();
    if (subscriber) for (let event = this.buffer.take(); event; event = this.buffer.take()) this.put(event);
    sink?.flush();
    this.forget();
    subscriber?.complete();
    if (!sink) return this.buffer.discard();
    const late = setTimeout(() => this.dismiss(sink), FAREWELL_MS).unref();
    // Most clients have read everything by the next turn: the timer would hold all of this for nothing.
    sink.onClose?.(() => {
      clearTimeout(late);
      this.buffer.discard();
    });
  }

  /** Forgets all events. A client that comes back for them is refused by `rewind`. */
  clear(): void {
    this.buffer.clear();
  }

  /** Drops the connection and all events. */
  destroy(): void {
    const { sink } = this;
    this.buffer.discard();
    this.forget();
    sink?.destroy();
  }

  /** @returns false when what waits exceeds the budget */
  private limitQueue(): boolean {
    if (this.attached && this.buffer.waitingBytes > this.options.maxQueuedBytes) this.cut();
    return !this.budget.isExceeded;
  }

  private get accepting(): boolean {
    return this.sink !== undefined && this.sink.writable && this.handedOver < MAX_PER_TURN;
  }

  private drain(): void {
    while (this.buffer.waiting > 0 && this.accepting) this.handOver(this.buffer.take()!);
    if (this.finished && this.buffer.waiting === 0) this.detach();
  }

  private cut(): void {
    const { sink, onDetach } = this;
    this.forget();
    sink?.destroy();
    onDetach?.();
    this.options.onCut?.();
  }

  private handOver(event: StreamEvent): void {
    if (!this.inTurn) this.beginTurn(this.sink!);
    this.handedOver += this.begun ? event.data.length : MAX_PER_TURN;
    this.put(event);
  }

  private beginTurn(sink: Sink): void {
    this.inTurn = true;
    const send = sink.gather();
    setImmediate(() => {
      send();
      this.inTurn = false;
      this.handedOver = 0;
      this.begun = this.sink?.begun ?? false;
      this.drain();
    });
  }

  private put(item: StreamItem): void {
    if (this.begun) this.sink?.write(item);
    else this.subscriber?.next(item);
  }

  private dismiss(sink: Sink): void {
    sink.destroy();
    this.buffer.discard();
  }

  private startHeartbeat(): NodeJS.Timeout | undefined {
    const { heartbeatMs } = this.options;
    if (heartbeatMs === false) return undefined;
    const beat = () => {
      if (this.sink?.writable) this.put({ comment: 'keep-alive' });
    };
    return setInterval(beat, heartbeatMs).unref();
  }

  private forget(): void {
    this.subscriber = undefined;
    this.sink = undefined;
    this.onDetach = undefined;
  }
}
