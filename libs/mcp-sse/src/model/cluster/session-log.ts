import type { LogBatch } from './log-batch.js';
import type { LogEntry } from './log-entry.js';
import type { SessionOwner } from './session-owner.js';
import type { WriteOutcome } from './write-outcome.js';

/** What is known of a session's events. */
export interface LogSlice {
  readonly entries: readonly LogEntry[];
  /** Position of the newest event that is forgotten, 0 when none is. */
  readonly floor: number;
}

export interface LogFollower {
  entry(entry: LogEntry): void;
  /** Entries may have been missed: they are to be read. */
  gap(): void;
}

/** The events of sessions, and the requests that wait for one. Everything rejects with a `ClusterUnavailableError`. */
export interface SessionLog {
  /** Writes all of a batch or, when another node has the session, nothing. */
  append(id: string, owner: SessionOwner, batch: LogBatch): Promise<WriteOutcome>;

  /**
   * @param from position of the first event that is wanted, in which it is included
   * @returns undefined when there is no such session
   */
  read(id: string, from: number): Promise<LogSlice | undefined>;

  /** Hears of entries as they are written, in order. @returns stops that */
  follow(id: string, follower: LogFollower): Promise<() => void>;
}
