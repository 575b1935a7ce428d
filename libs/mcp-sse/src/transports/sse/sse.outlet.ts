import type { RequestId } from '@modelcontextprotocol/sdk/types.js';
import type { Observable } from 'rxjs';
import type { AdoptedSession } from '../../model/cluster/session-store.js';
import type { LogEntry } from '../../model/cluster/session-log.js';
import type { RemoteReading, SharedOutlet } from '../../sessions/shared-outlet.js';
import { NumberedEvent, type StreamEvent, type StreamItem, entryOf } from '../../streaming/stream-event.js';
import type { EventJournal } from '../../streaming/event-journal.js';
import { OutgoingStream, type OutgoingStreamOptions } from '../../streaming/outgoing-stream.js';
import type { ReplayBudget } from '../../streaming/replay-budget.js';
import type { Sink } from '../../streaming/sink.js';

/** The number of the only stream. */
export const THE_STREAM = 0;

/** Sends a session's messages over HTTP+SSE: everything goes on the one stream that the client opened. */
export class SseOutlet implements SharedOutlet {
  private readonly stream: OutgoingStream;
  private readonly journal?: EventJournal;
  /** The session. */
  private readonly idPrefix: string;
  private position = 0;
  private missed = 0;

  constructor(
    sessionId: string,
    options: OutgoingStreamOptions,
    private readonly budget: ReplayBudget,
  ) {
    this.stream = new OutgoingStream(options, budget);
    this.journal = options.journal;
    this.idPrefix = `${sessionId}.`;
  }

  get attached(): boolean {
    return this.stream.attached;
  }

  get unread(): number {
    return this.missed;
  }

  get queuedBytes(): number {
    return this.stream.queuedBytes;
  }

  get keptBytes(): number {
    return this.budget.spentBytes;
  }

  send(json: string, relatesTo?: RequestId, isAnswer?: boolean): boolean {
    if (isAnswer && !this.attached) this.missed++;
    return this.push('message', json, isAnswer && this.journal ? JSON.stringify(relatesTo) : undefined);
  }

  /** Opens the stream: first the URL to post messages to, then the messages. */
  attach(endpoint: string, sink: Sink, onDetach: () => void): Observable<StreamItem> {
    this.push('endpoint', endpoint);
    return this.stream.attach(sink, onDetach);
  }

  /**
   * Resumes the stream of a client that lost its connection: first the URL to post messages to, then the events that it
   * missed, then new ones.
   *
   * @returns undefined when some of the missed events are unknown or discarded
   */
  resume(
    lastEventId: string,
    endpoint: string,
    sink: Sink,
    onDetach: () => void,
  ): Observable<StreamItem> | undefined {
    if (!this.stream.rewind(lastEventId)) return undefined;
    this.missed = 0;
    return this.stream.attach(sink, onDetach, { id: lastEventId, type: 'endpoint', data: endpoint });
  }

  read(_number: number, { sink, onDetach }: RemoteReading): ReturnType<SharedOutlet['read']> {
    this.missed = 0;
    return { items$: this.stream.attach(sink, onDetach) };
  }

  isRead(): boolean {
    return this.attached;
  }

  isFinished(): boolean {
    return false;
  }

  restore({ entries }: AdoptedSession): void {
    for (const entry of entries) this.stream.restore(entry);
  }

  get kept(): readonly LogEntry[] {
    return this.stream.kept.map((event) => entryOf(event, THE_STREAM));
  }

  /** Nothing waits for the answer. */
  abandon(): void {}

  /** Clients of this transport do not expect the server to end a stream. */
  closeStream(): void {}

  hint(retryMs: number): void {
    this.stream.hint(retryMs);
  }

  detach(): void {
    this.stream.detach();
  }

  end(endsConnection: boolean): void {
    this.stream.end(endsConnection);
  }

  trim(): void {
    this.budget.trim();
  }

  destroy(): void {
    this.stream.destroy();
  }

  private push(type: StreamEvent['type'], data: string, completes?: string): boolean {
    const { journal, stream } = this;
    const position = journal ? journal.next() : ++this.position;
    const event = new NumberedEvent(this.idPrefix, position, type, data);
    if (!journal) return stream.push(event);
    return journal.append(entryOf(event, THE_STREAM), completes, () => stream.push(event));
  }
}
