import type { RequestId } from '@modelcontextprotocol/sdk/types.js';
import { defer, type Observable } from 'rxjs';
import type { AdoptedSession } from '../../model/cluster/session-store.js';
import type { LogEntry } from '../../model/cluster/session-log.js';
import type {
  HoldOptions,
  RelayedAnswers,
  RemoteReading,
  SharedOutlet,
} from '../../sessions/shared-outlet.js';
import { type StreamItem, entryOf, positionOfEventId } from '../../streaming/stream-event.js';
import type { OutgoingStreamOptions } from '../../streaming/outgoing-stream.js';
import type { ReplayBudget } from '../../streaming/replay-budget.js';
import type { Sink } from '../../streaming/sink.js';
import { NumberedStream, streamOfEventId } from './numbered-stream.js';
import type { Exchange } from './exchange.js';
import { HeldExchange } from './held-exchange.js';
import { RemoteExchange } from './remote-exchange.js';

/** The stream that a client opens with GET, for messages that belong to none of its requests. */
const STANDALONE = 0;
/** Streams of answered POSTs that a client may still come back to. */
const MAX_FINISHED_STREAMS = 32;
/** More than a node ever opens in a session. */
const STREAMS_PER_EPOCH = 2 ** 20;
/** How much may wait for a client that has no GET stream open. */
const MAX_UNATTACHED_BYTES = 64 * 1024;

/** Sends a session's messages over Streamable HTTP: answers on the response of their POST, others on the GET stream. */
export class StreamableHttpOutlet implements SharedOutlet {
  private readonly exchanges = new Map<RequestId, Exchange>();
  private readonly streams = new Map<number, NumberedStream>();
  private lastStream = STANDALONE;

  constructor(
    private readonly sessionId: string,
    private readonly options: OutgoingStreamOptions,
    private readonly budget: ReplayBudget,
  ) {}

  get attached(): boolean {
    return [...this.streams.values()].some(({ attached }) => attached);
  }

  get unread(): number {
    return [...this.streams.values()].filter(({ isFinished, queuedBytes }) => isFinished && queuedBytes > 0)
      .length;
  }

  get queuedBytes(): number {
    let sum = 0;
    for (const { queuedBytes } of this.streams.values()) sum += queuedBytes;
    return sum;
  }

  get keptBytes(): number {
    return this.budget.spentBytes;
  }

  /** Sends the answers to these requests, and what relates to them, to the exchange. */
  expect(ids: readonly RequestId[], exchange: Exchange): void {
    for (const id of ids) this.exchanges.set(id, exchange);
  }

  /** Opens a stream for a POST. The client can resume it until the POST is answered, and for a while after. */
  openStream(exchange: Exchange): NumberedStream {
    this.forgetFinished();
    const stream = this.addStream(++this.lastStream);
    const unanswered = [...this.exchanges].filter(([, other]) => other === exchange);
    this.options.journal?.accept(
      unanswered.map(([id]) => JSON.stringify(id)),
      stream.number,
    );
    return stream;
  }

  whenKept(run: (isKept: boolean) => void): void {
    if (this.options.journal) this.options.journal.after(run);
    else run(true);
  }

  send(json: string, relatesTo?: RequestId, isAnswer = false): boolean {
    const exchange = relatesTo === undefined ? undefined : this.exchanges.get(relatesTo);
    if (isAnswer) this.exchanges.delete(relatesTo!);
    const completes = isAnswer && this.options.journal ? JSON.stringify(relatesTo) : undefined;
    if (exchange) return exchange.send(json, isAnswer, completes);
    const { standalone } = this;
    // A client need not open the GET stream. Messages that belong to no request may be lost then, but not unnoticed.
    if (!standalone.attached && standalone.queuedBytes > MAX_UNATTACHED_BYTES) standalone.clear();
    return standalone.send(json, completes);
  }

  abandon(relatesTo: RequestId): void {
    this.exchanges.get(relatesTo)?.abandon();
    this.exchanges.delete(relatesTo);
  }

  closeStream(relatesTo: RequestId, retryMs?: number): void {
    this.exchanges.get(relatesTo)?.closeStream(retryMs);
  }

  /**
   * The stream of a GET: the one that a lost event id names, or the one for what belongs to no request.
   *
   * @returns undefined when the id names none, or what came after it is not known (any more), or nothing did
   */
  attach(
    sink: Sink,
    lastEventId: string | undefined,
    primes: boolean,
    onDetach: () => void,
  ): Observable<StreamItem> | undefined {
    if (lastEventId === undefined)
      return defer(() => {
        const { standalone } = this;
        standalone.detach();
        if (primes) standalone.prime();
        return standalone.attach(sink, onDetach);
      });
    const number = streamOfEventId(this.sessionId, lastEventId);
    const stream = number === undefined ? undefined : this.streams.get(number);
    return stream?.rewind(lastEventId) ? stream.attach(sink, onDetach) : undefined;
  }

  read(number: number, { sink, onDetach, primes }: RemoteReading): ReturnType<SharedOutlet['read']> {
    if (number !== STANDALONE) {
      const stream = this.streams.get(number);
      return stream && { items$: stream.attach(sink, onDetach) };
    }
    const { standalone } = this;
    standalone.detach();
    const from = standalone.waiting && positionOfEventId(standalone.waiting.id);
    if (primes) standalone.prime();
    return { from, items$: standalone.attach(sink, onDetach) };
  }

  isRead(number: number): boolean {
    return this.streams.get(number)?.attached ?? false;
  }

  isFinished(number: number): boolean {
    return number !== STANDALONE && (this.streams.get(number)?.isFinished ?? true);
  }

  hold(ids: readonly RequestId[], { primes, holdMs, memory }: HoldOptions): Promise<RelayedAnswers> {
    const exchange = new HeldExchange(this, ids.length, primes, holdMs, memory);
    this.expect(ids, exchange);
    return exchange.answered;
  }

  /** Position of the newest event. */
  get last(): number {
    return this.options.journal?.last ?? 0;
  }

  restore({ epoch, entries, inFlight }: AdoptedSession): void {
    for (const entry of entries) this.streamNumbered(entry.stream).restore(entry);
    for (const stream of new Set(inFlight.map(([, number]) => number))) {
      const ids = inFlight.filter(([, other]) => other === stream).map(([id]) => JSON.parse(id) as RequestId);
      this.expect(ids, new RemoteExchange(this.streamNumbered(stream), ids.length, true));
    }
    const unanswered = new Set([STANDALONE, ...inFlight.map(([, stream]) => stream)]);
    for (const stream of this.streams.values()) if (!unanswered.has(stream.number)) stream.finish();
    // Higher than any number that an earlier owner has used.
    this.lastStream = epoch * STREAMS_PER_EPOCH;
  }

  get kept(): readonly LogEntry[] {
    return [...this.streams.values()]
      .flatMap(({ number, kept }) => kept.map((event) => entryOf(event, number)))
      .sort((one, other) => one.position - other.position);
  }

  hint(retryMs: number): void {
    for (const stream of this.streams.values()) stream.hint(retryMs);
  }

  detach(): void {
    this.streams.get(STANDALONE)?.detach();
    for (const exchange of new Set(this.exchanges.values())) exchange.detach();
  }

  end(endsConnection: boolean): void {
    for (const exchange of new Set(this.exchanges.values())) exchange.end(endsConnection);
    for (const stream of this.streams.values()) stream.end(endsConnection);
  }

  trim(): void {
    this.budget.trim();
  }

  destroy(): void {
    for (const exchange of new Set(this.exchanges.values())) exchange.destroy();
    for (const stream of this.streams.values()) stream.destroy();
  }

  private get standalone(): NumberedStream {
    return this.streamNumbered(STANDALONE);
  }

  private streamNumbered(number: number): NumberedStream {
    return this.streams.get(number) ?? this.addStream(number);
  }

  private forgetFinished(): void {
    let oldest: NumberedStream | undefined;
    let finished = 0;
    for (const stream of this.streams.values()) {
      if (!stream.isFinished) continue;
      oldest ??= stream;
      finished++;
    }
    if (!oldest || finished <= MAX_FINISHED_STREAMS) return;
    this.streams.delete(oldest.number);
    oldest.destroy();
  }

  private addStream(number: number): NumberedStream {
    const stream = new NumberedStream(this.sessionId, number, this.options, this.budget);
    this.streams.set(number, stream);
    return stream;
  }
}
