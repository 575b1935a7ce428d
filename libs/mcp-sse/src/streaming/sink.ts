import type { StreamItem } from './stream-event.js';

/** Where a stream's events go: the response that a client reads. */
export interface Sink {
  /** Whether the response has begun, so that it can be written to. */
  readonly begun: boolean;

  /** Whether the client keeps up: false while what was written before waits to be sent. */
  readonly writable: boolean;

  /**
   * Calls back when it becomes writable again.
   *
   * @returns stops that
   */
  onDrain(listener: () => void): () => void;

  write(item: StreamItem): void;

  /**
   * Has what is written from now on wait, to be sent in one piece.
   *
   * @returns sends it
   */
  gather(): () => void;

  /** Has the connection end with the stream: kept for a next request, it would hold up a server that closes. */
  endConnection(): void;

  /** Drops the connection without sending what waits. */
  destroy(): void;
}
