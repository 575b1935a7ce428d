import { OutgoingStream, type OutgoingStreamOptions } from '../../streaming/outgoing-stream.js';
import type { ReplayBudget } from '../../streaming/replay-budget.js';
import type { StreamEvent } from '../../streaming/stream-event.js';
import { streamEventId } from './stream-event-id.js';

/** One of a session's streams, with ids that tell it from the others. */
export class NumberedStream extends OutgoingStream {
  private position = 0;

  constructor(
    private readonly sessionId: string,
    private readonly number: number,
    options: OutgoingStreamOptions,
    budget: ReplayBudget,
  ) {
    super(options, budget);
  }

  /** @returns false when the client reads too slowly and the message found no room */
  send(json: string): boolean {
    return this.push({ id: this.nextId(), type: 'message', data: json });
  }

  /**
   * An event that is there for its id: with it the client can come back.
   *
   * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#sending-messages-to-the-server
   */
  prime(retry?: number): void {
    this.push({ id: this.nextId(), data: '', retry });
  }

  private nextId(): StreamEvent['id'] {
    return streamEventId(this.sessionId, this.number, ++this.position);
  }
}
