interface Agreed {
  readonly value: string;
  readonly expiresAt: number;
}

/** The values on which the nodes of one process agree. */
export class MemoryAgreement {
  private readonly agreed = new Map<string, Agreed>();

  agree(key: string, proposed: string, ttlMs: number): string {
    const now = Date.now();
    this.forgetExpired(now);
    const standing = this.agreed.get(key);
    if (standing && standing.expiresAt > now) return standing.value;
    this.agreed.delete(key);
    this.agreed.set(key, { value: proposed, expiresAt: now + ttlMs });
    return proposed;
  }

  /** Oldest first. Of one kind, values expire in that order. */
  private forgetExpired(now: number): void {
    for (const [key, { expiresAt }] of this.agreed) {
      if (expiresAt === Infinity) continue;
      if (expiresAt > now) return;
      this.agreed.delete(key);
    }
  }
}
