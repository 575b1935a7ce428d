import type { RequestId } from '@modelcontextprotocol/sdk/types.js';
import type { Observable } from 'rxjs';
import type { SessionOutlet } from '../../sessions/session-outlet.js';
import { eventId } from '../../streaming/event-id.js';
import { OutgoingStream, type OutgoingStreamOptions } from '../../streaming/outgoing-stream.js';
import type { ReplayBudget } from '../../streaming/replay-budget.js';
import type { Sink } from '../../streaming/sink.js';
import type { StreamEvent, StreamItem } from '../../streaming/stream-event.js';

/** HTTP+SSE sends everything on the one stream that the client opened. */
export class SseOutlet implements SessionOutlet {
  private readonly stream: OutgoingStream;
  private position = 0;
  private missed = 0;

  constructor(
    private readonly sessionId: string,
    options: OutgoingStreamOptions,
    budget: ReplayBudget,
  ) {
    this.stream = new OutgoingStream(options, budget);
  }

  get attached(): boolean {
    return this.stream.attached;
  }

  get unread(): number {
    return this.missed;
  }

  send(json: string, _relatesTo?: RequestId, isAnswer?: boolean): boolean {
    if (isAnswer && !this.attached) this.missed++;
    return this.push('message', json);
  }

  /** The stream as its client reads it: first where it is to post its messages, then what is sent to it. */
  attach(endpoint: string, sink: Sink, onDetach: () => void): Observable<StreamItem> {
    this.push('endpoint', endpoint);
    return this.stream.attach(sink, onDetach);
  }

  /**
   * The stream as a client reads it that comes back after it lost its connection: where it is to post, then what
   * it has missed, then what is sent to it.
   *
   * @returns undefined when not all of what it has missed is known (any more)
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

  /** The one stream has nothing that waits for the answer. */
  abandon(): void {}

  /** Clients of this transport do not know that a stream may be ended by design. */
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

  destroy(): void {
    this.stream.destroy();
  }

  private push(type: StreamEvent['type'], data: string): boolean {
    return this.stream.push({ id: eventId(this.sessionId, ++this.position), type, data });
  }
}
