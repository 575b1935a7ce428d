import type { LogEntry } from '../model/cluster/session-log.js';

/** An event of a stream, ready to be written. */
export interface StreamEvent {
  readonly id: string;
  /** Name of the event; an EventSource takes it for a `message` without one. */
  readonly type?: 'endpoint' | 'message' | undefined;
  /** Without line breaks. Empty only in a priming event. */
  readonly data: string;
  /** Milliseconds after which a client that lost the stream comes back. */
  readonly retry?: number | undefined;
}

/**
 * An event that knows its position rather than its id, which is needed only as it is written. A session may keep
 * thousands of events, so the fewer objects each has, the less time goes into garbage collection.
 */
export class NumberedEvent implements StreamEvent {
  /** @param idPrefix what the ids of its stream begin with */
  constructor(
    private readonly idPrefix: string,
    readonly position: number,
    readonly type: StreamEvent['type'],
    readonly data: string,
    readonly retry?: number,
  ) {}

  /** The prefix and the position in base 36. Clients return it in `Last-Event-ID`. */
  get id(): string {
    return this.idPrefix + this.position.toString(36);
  }
}

/** Tells the client when to come back. No event for it: it repeats the id of the last one. */
export interface StreamHint {
  readonly id: string;
  readonly retry: number;
  readonly comment: string;
}

/** A comment, which clients ignore. It keeps an idle connection open. */
export interface StreamComment {
  readonly comment: string;
}

/** Whatever a stream writes. */
export type StreamItem = StreamEvent | StreamHint | StreamComment;

const EVENT_ID = /^(?<sessionId>[\w-]{22})\.[0-9a-z]{1,11}$/;

/** @returns the id of the session, from the id of one of its events on HTTP+SSE; undefined for an id of another form */
export function sessionOfEventId(id: string): string | undefined {
  return EVENT_ID.exec(id)?.groups!['sessionId'];
}

/** @returns the position in the id of an event, of either transport */
export function positionOfEventId(id: string): number {
  return Number.parseInt(id.slice(id.lastIndexOf('.') + 1), 36);
}

/** An event as it is stored in the session's log. @param stream number of its stream */
export function entryOf({ id, type, data, retry }: StreamEvent, stream: number): LogEntry {
  return { position: positionOfEventId(id), stream, id, type, data, retry };
}
