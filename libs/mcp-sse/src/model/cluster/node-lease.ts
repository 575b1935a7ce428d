/** How long a silent node counts as alive, in milliseconds: longer than an event loop may be blocked. */
export const LEASE_MS = 2_500;

/** How often a node says that it is alive, in milliseconds. */
export const BEAT_MS = 500;

/** After a longer standstill, a process may have missed the end of its lease. */
const STANDSTILL_MS = LEASE_MS - 2 * BEAT_MS;

/**
 * Tells how long a node can rely on owning its sessions. While its process runs, its beats keep other nodes away. After
 * too long a standstill a new term begins, in which the store has to confirm each session before anything more is
 * accepted or answered for it.
 */
export class NodeLease {
  private seenAt = Date.now();
  private lapses = 0;

  /** Grows with each standstill. Read it at least once a second: a standstill is noticed between two reads. */
  get term(): number {
    const now = Date.now();
    if (now - this.seenAt > STANDSTILL_MS) this.lapses++;
    this.seenAt = now;
    return this.lapses;
  }
}
