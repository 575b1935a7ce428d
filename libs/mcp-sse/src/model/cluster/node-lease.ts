/** How long a node that says nothing counts as alive: one whose event loop is blocked for a second must. Milliseconds. */
export const LEASE_MS = 2_500;

/** How often a node says that it is alive, in milliseconds. */
export const BEAT_MS = 500;

/** A process that stands still for longer may have missed the end of its lease. */
const STANDSTILL_MS = LEASE_MS - 2 * BEAT_MS;

/**
 * For how long a node can rely on having its sessions. While its process runs, its beats keep others away. Once the
 * process has stood still for too long, a new term begins: each session has to be confirmed by the store before
 * anything more is accepted or answered.
 */
export class NodeLease {
  private seenAt = Date.now();
  private lapses = 0;

  /** Grows with each standstill. To be read at least each second: a standstill is what lies between two reads. */
  get term(): number {
    const now = Date.now();
    if (now - this.seenAt > STANDSTILL_MS) this.lapses++;
    this.seenAt = now;
    return this.lapses;
  }
}
