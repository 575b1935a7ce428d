import { SharedLoad } from './shared-load.js';

/** Keeps what was loaded for a while. Those who ask for the same at the same time share one loading. */
export class SharedCache {
  /** The one that nobody has asked for the longest comes first. */
  private readonly loads = new Map<string, SharedLoad<unknown>>();

  /** @param maxEntries how many values are kept; those that nobody has asked for the longest go */
  constructor(
    private readonly ttlMs: number,
    private readonly maxEntries: number,
  ) {}

  /**
   * What stands under the key, which decides its type. Failures are not kept.
   *
   * @throws the reason of the signal when it aborts; as `load` does
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
