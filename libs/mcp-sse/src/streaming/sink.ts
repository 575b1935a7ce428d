/** Where a stream's events go: the response that a client reads. */
export interface Sink {
  /** Whether the client keeps up: false while what was written before waits to be sent. */
  readonly writable: boolean;

  /**
   * Calls back when it becomes writable again.
   *
   * @returns stops that
   */
  onDrain(listener: () => void): () => void;

  /** Drops the connection without sending what waits. */
  destroy(): void;
}
