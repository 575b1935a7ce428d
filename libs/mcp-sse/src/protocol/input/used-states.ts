/** Remembers which states were used, so that each is used once. */
export interface UsedStates {
  /**
   * @param ttlMs milliseconds after which the state has expired anyway
   * @returns whether nobody claimed it before
   */
  claim(id: string, ttlMs: number): Promise<boolean>;
}

/** Remembers used states in this process. */
export class MemoryUsedStates implements UsedStates {
  /** Times after which ids may be forgotten. */
  private readonly expiries = new Map<string, number>();

  constructor(private readonly now: () => number = Date.now) {}

  get size(): number {
    return this.expiries.size;
  }

  claim(id: string, ttlMs: number): Promise<boolean> {
    const now = this.now();
    // States are claimed roughly in the order in which they expire.
    for (const [oldest, expiry] of this.expiries) {
      if (expiry > now) break;
      this.expiries.delete(oldest);
    }
    if (this.expiries.has(id)) return Promise.resolve(false);
    this.expiries.set(id, now + ttlMs);
    return Promise.resolve(true);
  }
}
