/** An event of a session as the log keeps it. */
export interface LogEntry {
  /** Of all events of the session, in order. Grows with each, though not by one. */
  readonly position: number;
  /** The stream that it belongs to; 0 is the one that the client opens by GET. */
  readonly stream: number;
  readonly id: string;
  readonly type?: 'endpoint' | 'message';
  readonly data: string;
  readonly retry?: number;
}
