import type { EventJournal } from '../../streaming/event-journal.js';
import { OutgoingStream, type OutgoingStreamOptions } from '../../streaming/outgoing-stream.js';
import type { ReplayBudget } from '../../streaming/replay-budget.js';
import { entryOf, NumberedEvent, type StreamEvent } from '../../streaming/stream-event.js';

const EVENT_ID = /^(?<sessionId>[\w-]{22})\.(?<stream>[0-9a-z]{1,8})\.[0-9a-z]{1,11}$/;

/**
 * The error of a client whose stream cannot go on. It is not 404, which would tell the client that its session is gone.
 */
export const NOT_RESUMABLE =
  'Nothing that follows this Last-Event-ID is known: it was discarded, or there is nothing.';

/** One of a session's streams. The ids of its events tell it from the others. */
export class NumberedStream extends OutgoingStream {
  private readonly journal?: EventJournal;
  /** Session and stream, the number in base 36. */
  private readonly idPrefix: string;
  private position = 0;

  constructor(
    sessionId: string,
    readonly number: number,
    options: OutgoingStreamOptions,
    budget: ReplayBudget,
  ) {
    super(options, budget);
    this.journal = options.journal;
    this.idPrefix = `${sessionId}.${number.toString(36)}.`;
  }

  /**
   * @param completes the request that the message answers, as JSON of its id
   * @returns false when the client reads too slowly: the backlog exceeds the limit
   */
  send(json: string, completes?: string): boolean {
    return this.write('message', json, undefined, completes);
  }

  /**
   * Sends a priming event: an id without data, with which the client can resume the stream.
   *
   * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#sending-messages-to-the-server
   */
  prime(retry?: number): void {
    this.write(undefined, '', retry);
  }

  private write(type: StreamEvent['type'], data: string, retry?: number, completes?: string): boolean {
    const { journal } = this;
    const position = journal ? journal.next() : ++this.position;
    const event = new NumberedEvent(this.idPrefix, position, type, data, retry);
    if (!journal) return this.push(event);
    return journal.append(entryOf(event, this.number), completes, () => this.push(event));
  }
}

/** @returns the number of the stream, or undefined for an id that is not one of the session's events */
export function streamOfEventId(sessionId: string, id: string): number | undefined {
  const groups = EVENT_ID.exec(id)?.groups;
  return groups && groups['sessionId'] === sessionId ? Number.parseInt(groups['stream']!, 36) : undefined;
}
