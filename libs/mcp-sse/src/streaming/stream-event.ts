/** An event of a stream, ready to be written. */
export interface StreamEvent {
  readonly id: string;
  /** Name of the event; without one it is a `message` to an EventSource. */
  readonly type?: 'endpoint' | 'message';
  /** Without line breaks. Empty only in an event that is there for its id. */
  readonly data: string;
  /** Milliseconds after which a client that lost the stream is to come back. */
  readonly retry?: number;
}

/** No event to the client, but word of when to come back. It repeats the id of the last event. */
export interface StreamHint {
  readonly id: string;
  readonly retry: number;
  readonly comment: string;
}

/** A comment, which clients ignore: it keeps an idle connection open. */
export interface StreamComment {
  readonly comment: string;
}

/** Whatever a stream writes. */
export type StreamItem = StreamEvent | StreamHint | StreamComment;
