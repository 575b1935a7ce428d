import type { StreamItem } from './stream-event.js';

/** One open response that takes a stream's events. */
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
   * Holds back what is written from now on.
   *
   * @returns sends it in one piece
   */
  gather(): () => void;

  /** Writes what is held back, since the response is about to end. */
  flush(): void;

  /** Ends the HTTP connection with the stream. A connection that is kept alive would delay a server that closes. */
  endConnection(): void;

  /** Calls back once the response has ended or its connection is lost. A sink that cannot tell has no such method. */
  onClose?(listener: () => void): void;

  /** Drops the connection without sending what waits. */
  destroy(): void;
}
