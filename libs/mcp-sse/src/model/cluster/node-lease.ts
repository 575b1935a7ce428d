/** How long a silent node counts as alive, in milliseconds. Longer than event loops are usually blocked. */
export const LEASE_MS = 2_500;

/** Interval of a node's heartbeats, in milliseconds. */
export const BEAT_MS = 500;

/** After a longer standstill, the process may have missed the end of its lease. Milliseconds. */
const STANDSTILL_MS = LEASE_MS - 2 * BEAT_MS;

/**
 * Tells how long a node can rely on owning its sessions. While its process runs, its heartbeats keep other nodes from
 * taking them over. After a long standstill a new term begins, in which the store must confirm each session before the
 * node accepts or answers anything for it.
 */
export class NodeLease {
  private seenAt = Date.now();
  private lapses = 0;

  /** Grows with each standstill, which is noticed between two reads. Read it at least once a second. */
  get term(): number {
    const now = Date.now();
    if (now - this.seenAt > STANDSTILL_MS) this.lapses++;
    this.seenAt = now;
    return this.lapses;
  }
}
