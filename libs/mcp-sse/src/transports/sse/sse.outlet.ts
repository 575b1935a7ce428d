import type { Observable } from 'rxjs';
import type { SessionOutlet } from '../../sessions/session-outlet.js';
import { eventId } from '../../streaming/event-id.js';
import { OutgoingStream, type OutgoingStreamOptions } from '../../streaming/outgoing-stream.js';
import type { Sink } from '../../streaming/sink.js';
import type { StreamComment, StreamEvent } from '../../streaming/stream-event.js';

/** HTTP+SSE sends everything on the one stream that the client opened. */
export class SseOutlet implements SessionOutlet {
  private readonly stream: OutgoingStream;
  private position = 0;

  constructor(
    private readonly sessionId: string,
    options: OutgoingStreamOptions,
  ) {
    this.stream = new OutgoingStream(options);
  }

  get attached(): boolean {
    return this.stream.attached;
  }

  send(json: string): boolean {
    return this.push('message', json);
  }

  /** The stream as its client reads it: first where it is to post its messages, then what is sent to it. */
  attach(endpoint: string, sink: Sink, onDetach: () => void): Observable<StreamEvent | StreamComment> {
    this.push('endpoint', endpoint);
    return this.stream.attach(sink, onDetach);
  }

  /** The one stream has nothing that waits for the answer. */
  abandon(): void {}

  /** Without its stream the client could not come back: it would get another session. */
  closeStream(): void {}

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
