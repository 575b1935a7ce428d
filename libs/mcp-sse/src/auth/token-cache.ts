import { createHash } from 'node:crypto';

interface Entry<T> {
  readonly value: T;
  /** Milliseconds since 1970. */
  readonly until: number;
}

/** Caches results by the digests of their tokens, so that a memory dump reveals no token. */
export class TokenCache<T> {
  private readonly entries = new Map<string, Entry<T>>();

  /** @param maxEntries beyond which the oldest entries are dropped */
  constructor(private readonly maxEntries: number) {}

  /** The key of a token for the other methods. */
  digestOf(token: string): string {
    return createHash('sha256').update(token).digest('base64');
  }

  get(digest: string): T | undefined {
    const entry = this.entries.get(digest);
    if (entry && Date.now() < entry.until) return entry.value;
    this.entries.delete(digest);
    return undefined;
  }

  /** @param until milliseconds since 1970 */
  set(digest: string, value: T, until: number): void {
    const [oldest] = this.entries.keys();
    if (this.entries.size >= this.maxEntries) this.entries.delete(oldest!);
    this.entries.set(digest, { value, until });
  }

  delete(digest: string): void {
    this.entries.delete(digest);
  }
}
