import { SharedLoad } from './shared-load.js';

/** Caches loaded values for a while. Concurrent requests for a key share one load. */
export class SharedCache {
  /** Least recently used first. */
  private readonly loads = new Map<string, SharedLoad<unknown>>();

  /** @param maxEntries the number of cached values; the least recently used are dropped */
  constructor(
    private readonly ttlMs: number,
    private readonly maxEntries: number,
  ) {}

  /**
   * Returns the value of the key, loading it if needed. Failures are not cached.
   *
   * @throws the reason of the signal if it aborts; the error of `load`
   */
  async get<T>(key: string, load: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    const shared = this.fresh(key) ?? this.begin(key, load);
    this.loads.delete(key);
    this.loads.set(key, shared);
    const [oldest] = this.loads.keys();
    if (this.loads.size > this.maxEntries) this.loads.delete(oldest!);
    return (await shared.wait(signal)) as T;
  }

  private fresh(key: string): SharedLoad<unknown> | undefined {
    const shared = this.loads.get(key);
    const { loadedAt = Infinity } = shared ?? {};
    return Date.now() - loadedAt < this.ttlMs ? shared : undefined;
  }

  private begin(key: string, load: (signal: AbortSignal) => Promise<unknown>): SharedLoad<unknown> {
    const shared: SharedLoad<unknown> = new SharedLoad(load, () => {
      if (this.loads.get(key) === shared) this.loads.delete(key);
    });
    return shared;
  }
}
