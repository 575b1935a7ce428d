import type { LogEntry } from './log-entry.js';
import type { SessionOwner } from './session-owner.js';
import type { SessionRecord } from './session-record.js';
import type { WriteOutcome } from './write-outcome.js';

/** A session as it was left. */
export interface AdoptedSession {
  readonly record: SessionRecord;
  readonly epoch: number;
  /** Requests without an answer, as JSON of their ids, and the streams of their answers. */
  readonly inFlight: readonly (readonly [request: string, stream: number])[];
  readonly entries: readonly LogEntry[];
}

/** Which sessions there are, and who has them. Everything rejects with a `ClusterUnavailableError`. */
export interface SessionStore {
  find(id: string): Promise<{ readonly record: SessionRecord; readonly owner: SessionOwner } | undefined>;

  /**
   * Makes a node the owner, with the next epoch, if the session still has the owner that it is taken from.
   *
   * @returns undefined for all but one of those who try
   */
  adopt(id: string, from: SessionOwner, node: string): Promise<AdoptedSession | undefined>;

  /** Lets go of a session, so that any node may adopt it at once. */
  release(id: string, owner: SessionOwner): Promise<WriteOutcome>;

  /** Keeps a session from being forgotten, which happens when its owner is gone for longer than its grace. */
  renew(id: string, owner: SessionOwner): Promise<WriteOutcome>;

  /** Forgets all of a session. */
  remove(id: string, owner: SessionOwner): Promise<WriteOutcome>;
}
