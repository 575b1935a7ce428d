/** An event of a stream, ready to be written. */
export interface StreamEvent {
  readonly id: string;
  /** Name of the event; an EventSource takes it for a `message` without one. */
  readonly type?: 'endpoint' | 'message';
  /** Without line breaks. Empty only in a priming event. */
  readonly data: string;
  /** Milliseconds after which a client that lost the stream comes back. */
  readonly retry?: number;
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
