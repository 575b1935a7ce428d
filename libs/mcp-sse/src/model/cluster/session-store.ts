import type { LogEntry, SessionOwner, WriteOutcome } from './session-log.js';
import type { SessionRecord } from './session-record.js';

/** A session as its last owner left it. */
export interface AdoptedSession {
  readonly record: SessionRecord;
  readonly epoch: number;
  /** Unanswered requests: their ids as JSON, and the streams of their answers. */
  readonly inFlight: readonly (readonly [request: string, stream: number])[];
  readonly entries: readonly LogEntry[];
}

/** The sessions of all nodes and their owners. Every call may reject with `ClusterUnavailableError`. */
export interface SessionStore {
  find(id: string): Promise<{ readonly record: SessionRecord; readonly owner: SessionOwner } | undefined>;

  /**
   * Makes a node the owner, with the next epoch, unless the owner has changed.
   *
   * @param from the previous owner
   * @returns undefined unless this node won; only one of the nodes that try does
   */
  adopt(id: string, from: SessionOwner, node: string): Promise<AdoptedSession | undefined>;

  /** Lets any node adopt a session at once. */
  release(id: string, owner: SessionOwner): Promise<WriteOutcome>;

  /** Keeps a session from expiring. It expires when nobody renews it for longer than its grace. */
  renew(id: string, owner: SessionOwner): Promise<WriteOutcome>;

  /** Deletes all data of a session. */
  remove(id: string, owner: SessionOwner): Promise<WriteOutcome>;
}

/** How late a node may be, or how long Redis may be unreachable, before a session expires. */
const MARGIN_MS = 5_000;

/** How often the owner renews a session, in milliseconds. */
export function renewalMs(graceMs: number): number {
  return Math.max(1_000, graceMs / 2);
}

/** How long a stored session outlives its last renewal: at least its grace. Milliseconds. */
export function sessionTtlMs(graceMs: number): number {
  return Math.ceil(graceMs + renewalMs(graceMs) + MARGIN_MS);
}
