import type { RecordField } from './session-record.js';

/** An event of a session, as the log keeps it. */
export interface LogEntry {
  /** Its place among all events of the session. Grows with each event, though not by one. */
  readonly position: number;
  /** Number of its stream; 0 is the one that the client opens by GET. */
  readonly stream: number;
  readonly id: string;
  readonly type?: 'endpoint' | 'message';
  readonly data: string;
  readonly retry?: number;
}

/** The node that owns a session. A former owner has a smaller epoch, and may write nothing more. */
export interface SessionOwner {
  /** Id of the node; empty once the last owner has released the session. */
  readonly node: string;
  readonly epoch: number;
}

/**
 * The outcome of a write. `fenced`: another node owns the session, or owned it and has removed it. `missing`: the store
 * has lost the session. Both change nothing.
 */
export type WriteOutcome = 'ok' | 'fenced' | 'missing';

/** What is written in one step. Writing it twice does no harm, since an answer of the store may be lost. */
export interface LogBatch {
  /** Changed fields of the session's record; all fields of a session that is new to the store. */
  readonly record?: readonly RecordField[];
  /** Whether to create the session if the store does not have it. */
  readonly creates?: boolean;
  /** Requests that wait for an answer, as JSON of their ids, and the streams of their answers. */
  readonly accepted: readonly (readonly [request: string, stream: number])[];
  /** Requests that no longer wait. */
  readonly completed: readonly string[];
  readonly entries: readonly LogEntry[];
  /** Events up to this position are lost. The log forgets all that it has before it adds the entries. */
  readonly floor?: number;
}

/** What the log knows of a session's events. */
export interface LogSlice {
  readonly entries: readonly LogEntry[];
  /** Position of the newest event that is forgotten; 0 when none is. */
  readonly floor: number;
}

export interface LogFollower {
  entry(entry: LogEntry): void;
  /** Called when entries may have been missed: they have to be read. */
  gap(): void;
}

/** The events of sessions, and the requests without an answer. Every call may reject with `ClusterUnavailableError`. */
export interface SessionLog {
  /** Writes all of a batch, or nothing. */
  append(id: string, owner: SessionOwner, batch: LogBatch): Promise<WriteOutcome>;

  /**
   * @param from position of the first event wanted
   * @returns undefined when there is no such session
   */
  read(id: string, from: number): Promise<LogSlice | undefined>;

  /** Passes on entries as they are written, in order. @returns stops that */
  follow(id: string, follower: LogFollower): Promise<() => void>;
}
