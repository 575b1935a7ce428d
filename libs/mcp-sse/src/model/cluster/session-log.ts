import type { RecordField } from './session-record.js';

/** An event of a session, as stored in the log. */
export interface LogEntry {
  /** Its position among all events of the session. Grows with each event, but not always by one. */
  readonly position: number;
  /** Number of its stream; 0 is the stream that the client opens by GET. */
  readonly stream: number;
  readonly id: string;
  readonly type?: 'endpoint' | 'message';
  readonly data: string;
  readonly retry?: number;
}

/** Positions that one owner may give to events. Those of a later epoch are greater. */
export const POSITIONS_PER_EPOCH = 2 ** 32;

/** The node that owns a session. A former owner has a smaller epoch and can no longer write. */
export interface SessionOwner {
  /** Id of the node; empty once the last owner has released the session. */
  readonly node: string;
  readonly epoch: number;
}

/**
 * The outcome of a write. `fenced`: another node owns the session, or owned and removed it. `missing`: the store has lost
 * the session. Neither writes anything.
 */
export type WriteOutcome = 'ok' | 'fenced' | 'missing';

/** A batch that is written in one step. Writing it twice is harmless, since the store's answer may be lost. */
export interface LogBatch {
  /** Changed fields of the session's record; all fields if the session is new to the store. */
  readonly record?: readonly RecordField[];
  /** Whether to create the session if the store does not have it. */
  readonly creates?: boolean;
  /** Requests that wait for an answer: their ids as JSON, and the streams of their answers. */
  readonly accepted: readonly (readonly [request: string, stream: number])[];
  /** Requests that no longer wait. */
  readonly completed: readonly string[];
  readonly entries: readonly LogEntry[];
  /** Events up to this position are lost. The log drops all its entries before it adds the new ones. */
  readonly floor?: number;
  /** Whether nobody follows the log, so that the entries need not be passed on. */
  readonly isQuiet?: boolean;
}

/** The state of a session's log. */
export interface LogSlice {
  readonly entries: readonly LogEntry[];
  /** Position of the newest dropped event; 0 if none was dropped. */
  readonly floor: number;
}

export interface LogFollower {
  entry(entry: LogEntry): void;
  /** Called when entries may have been missed and must be read again. */
  gap(): void;
}

/** The events of sessions and their unanswered requests. Every call may reject with `ClusterUnavailableError`. */
export interface SessionLog {
  /** Writes the whole batch or nothing. */
  append(id: string, owner: SessionOwner, batch: LogBatch): Promise<WriteOutcome>;

  /**
   * @param from position of the first event to read
   * @returns undefined when there is no such session
   */
  read(id: string, from: number): Promise<LogSlice | undefined>;

  /** Passes on entries as they are written, in order. @returns a function that unsubscribes */
  follow(id: string, follower: LogFollower): Promise<() => void>;
}
