/** Keeps the values that were used last. Their number is limited, as each principal may see other features. */
export class RecentlyUsed<Value> {
  private readonly values = new Map<string, Value>();

  constructor(private readonly max: number) {}

  /** @param make called when the value is missing; when it throws, nothing is kept */
  get(key: string, make: () => Value): Value {
    const value = this.values.get(key) ?? make();
    // A Map iterates in order of insertion: the value used last goes to its end.
    this.values.delete(key);
    this.values.set(key, value);
    if (this.values.size > this.max) this.values.delete(this.values.keys().next().value!);
    return value;
  }

  clear(): void {
    this.values.clear();
  }
}
