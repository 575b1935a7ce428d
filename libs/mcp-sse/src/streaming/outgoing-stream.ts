import { Observable, type Subscriber } from 'rxjs';
import type { EventJournal } from './event-journal.js';
import { EventLog } from './event-log.js';
import type { ReplayBudget } from './replay-budget.js';
import type { Sink } from './sink.js';
import type { StreamEvent, StreamItem } from './stream-event.js';

/** Characters handed over in one turn of the event loop, which others want to have a part of. */
const MAX_PER_TURN = 64 * 1024;

/** How long a client may take to read what is left of a stream that has ended. */
const FAREWELL_MS = 1_000;

export interface OutgoingStreamOptions {
  /** What may wait for a client that is attached and does not read, in characters of data. */
  readonly maxQueuedBytes: number;
  /** Time between comments; `false` sends none. */
  readonly heartbeatMs: number | false;
  /** Called when a client that did not read was cut off. */
  readonly onCut?: () => void;
  /** Called when events that were handed over are to be so once more. */
  readonly onReplay?: (events: number) => void;
  /** Keeps each event before it is handed over, where the session can go on at another node. */
  readonly journal?: EventJournal;
}

/**
 * Events on their way to a client, in order. They are handed over only while the sink accepts more, so that
 * what waits is all here and can be counted; and they are kept afterwards, as far as the budget goes, for a
 * client that loses its connection and comes back.
 *
 * The first one is emitted where the response has not begun: whoever subscribes begins it, and takes until the next
 * turn of the event loop to write that. All others are written to the sink.
 */
export class OutgoingStream {
  private readonly log: EventLog;
  private subscriber?: Subscriber<StreamItem>;
  private sink?: Sink;
  private onDetach?: () => void;
  private finished = false;
  private lastId?: string;
  private handedOver = 0;
  private inTurn = false;
  private begun = false;

  constructor(
    private readonly options: OutgoingStreamOptions,
    private readonly budget: ReplayBudget,
  ) {
    this.log = new EventLog(budget);
  }

  get attached(): boolean {
    return this.subscriber !== undefined;
  }

  get queuedBytes(): number {
    return this.log.waitingBytes;
  }

  /** Whether nothing is added any more. */
  get isFinished(): boolean {
    return this.finished;
  }

  /**
   * Takes an event to the client. A client that lets more wait than it may is cut off, and can come back for it.
   *
   * @returns false when so much waits that the budget is exceeded: the stream has lost its sense then
   */
  push(event: StreamEvent): boolean {
    this.log.add(event);
    this.drain();
    const isKept = this.log.waiting <= 1 || this.limitQueue();
    this.budget.settle();
    return isKept;
  }

  /**
   * The stream as its client reads it: what begins the response, then nothing until it completes, with `end()`,
   * `detach()`, or after what waits when it is finished. A client that attaches takes the place of one that is
   * attached.
   *
   * @param onDetach called when the client is gone, but not after `end()`
   * @param prelude an event of this connection alone, ahead of what waits
   */
  attach(sink: Sink, onDetach: () => void, prelude?: StreamEvent): Observable<StreamItem> {
    return new Observable((subscriber) => {
      const replaced = this.subscriber;
      this.subscriber = subscriber;
      this.sink = sink;
      this.begun = sink.begun;
      this.onDetach = onDetach;
      replaced?.complete();
      const stopDraining = sink.onDrain(() => this.drain());
      const heartbeat = this.startHeartbeat();
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
   * Makes what came after an event wait again, for a client that lost its connection. The connection ends, if it
   * looks as though it were still there.
   *
   * @returns false when that is not known (any more), or nothing came after it and nothing will
   */
  rewind(lastEventId: string): boolean {
    const { waiting } = this.log;
    if (!this.log.rewind(lastEventId)) return false;
    if (this.log.waiting > waiting) this.options.onReplay?.(this.log.waiting - waiting);
    this.detach();
    return this.log.waiting > 0 || !this.finished;
  }

  /** Takes an event that was handed over by another node, which its client may come back for. */
  restore(event: StreamEvent): void {
    this.log.add(event);
    this.log.take();
  }

  /** What waits, and what is kept to be repeated. */
  get kept(): readonly StreamEvent[] {
    return this.log.kept;
  }

  /** The next event to be handed over. */
  get waiting(): StreamEvent | undefined {
    return this.log.first;
  }

  /** Completes the stream once its client has taken what waits, now or when it comes back. */
  finish(): void {
    this.whenKept(() => {
      this.finished = true;
      this.drain();
    });
  }

  /** Runs something once what was pushed so far can be handed over: at once, unless a journal keeps it first. */
  whenKept(run: () => void): void {
    const { journal } = this.options;
    if (journal) journal.after((isKept) => isKept && run());
    else run();
  }

  /** Tells the client that is attached when to come back once its connection ends. */
  hint(retryMs: number): void {
    const { lastId: id } = this;
    if (id !== undefined) this.put({ id, retry: retryMs, comment: 'come back' });
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
    if (subscriber) for (let event = this.log.take(); event; event = this.log.take()) this.put(event);
    this.forget();
    subscriber?.complete();
    if (sink) setTimeout(() => this.dismiss(sink), FAREWELL_MS).unref();
    else this.log.discard();
  }

  /** Forgets what waits and what was kept. A client that comes back for it is told so by `rewind`. */
  clear(): void {
    this.log.clear();
  }

  /** Drops the connection, what waits and what was kept. */
  destroy(): void {
    const { sink } = this;
    this.log.discard();
    this.forget();
    sink?.destroy();
  }

  /** @returns false when so much waits that the budget is exceeded */
  private limitQueue(): boolean {
    if (this.attached && this.log.waitingBytes > this.options.maxQueuedBytes) this.cut();
    return !this.budget.isExceeded;
  }

  private get accepting(): boolean {
    return this.sink !== undefined && this.sink.writable && this.handedOver < MAX_PER_TURN;
  }

  private drain(): void {
    while (this.log.waiting > 0 && this.accepting) this.handOver(this.log.take()!);
    if (this.finished && this.log.waiting === 0) this.detach();
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
    this.lastId = event.id;
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
    this.log.discard();
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
