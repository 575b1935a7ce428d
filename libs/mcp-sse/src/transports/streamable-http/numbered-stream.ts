import type { EventJournal } from '../../streaming/event-journal.js';
import { OutgoingStream, type OutgoingStreamOptions } from '../../streaming/outgoing-stream.js';
import type { ReplayBudget } from '../../streaming/replay-budget.js';
import type { StreamEvent } from '../../streaming/stream-event.js';
import { streamEventId } from './stream-event-id.js';

/** One of a session's streams, with ids that tell it from the others. */
export class NumberedStream extends OutgoingStream {
  private readonly journal?: EventJournal;
  private position = 0;

  constructor(
    private readonly sessionId: string,
    readonly number: number,
    options: OutgoingStreamOptions,
    budget: ReplayBudget,
  ) {
    super(options, budget);
    this.journal = options.journal;
  }

  /**
   * @param completes the request that the message answers, as JSON of its id
   * @returns false when the client reads too slowly and the message found no room
   */
  send(json: string, completes?: string): boolean {
    return this.write({ type: 'message', data: json }, completes);
  }

  /**
   * An event that is there for its id: with it the client can come back.
   *
   * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#sending-messages-to-the-server
   */
  prime(retry?: number): void {
    this.write({ data: '', retry });
  }

  private write(content: Omit<StreamEvent, 'id'>, completes?: string): boolean {
    const { journal, number: stream } = this;
    const position = journal ? journal.next() : ++this.position;
    const event = { id: streamEventId(this.sessionId, stream, position), ...content };
    if (!journal) return this.push(event);
    return journal.append({ position, stream, ...event }, completes, () => this.push(event));
  }
}
