interface Entry<Value> {
  readonly value: Value;
  /** Number of the use that was its last. */
  usedAt: number;
}

/** Keeps the values that were used last. Their number is limited, as each principal may see other features. */
export class RecentlyUsed<Value> {
  private readonly entries = new Map<string, Entry<Value>>();
  private uses = 0;

  constructor(private readonly max: number) {}

  /** @param make called when the value is missing; when it throws, nothing is kept */
  get(key: string, make: () => Value): Value {
    const entry = this.entries.get(key) ?? this.add(key, make());
    // Moving the entry to the end of the map would keep the caller's text, each time another one.
    entry.usedAt = ++this.uses;
    return entry.value;
  }

  clear(): void {
    this.entries.clear();
  }

  private add(key: string, value: Value): Entry<Value> {
    if (this.entries.size >= this.max) this.dropOldest();
    const entry = { value, usedAt: 0 };
    this.entries.set(key, entry);
    return entry;
  }

  private dropOldest(): void {
    let oldest = '';
    let usedAt = Infinity;
    for (const [key, entry] of this.entries) {
      if (entry.usedAt >= usedAt) continue;
      oldest = key;
      usedAt = entry.usedAt;
    }
    this.entries.delete(oldest);
  }
}
