/** A value that is being loaded for everyone who waits for it, and is there once it has come. */
export class SharedLoad<T> {
  /** When the value came, in milliseconds since the epoch. */
  loadedAt?: number;
  private readonly controller = new AbortController();
  private readonly value: Promise<T>;
  private waiters = 0;

  /** @param onGone called when there is nothing to wait for: it failed, or everyone has left */
  constructor(
    load: (signal: AbortSignal) => Promise<T>,
    private readonly onGone: () => void,
  ) {
    this.value = load(this.controller.signal).then(
      (value) => {
        this.loadedAt = Date.now();
        return value;
      },
      (error: unknown) => {
        onGone();
        throw error;
      },
    );
  }

  /** @throws the reason of the signal when it aborts first; when nobody waits any more, loading is aborted too */
  async wait(signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    this.waiters++;
    let leave!: () => void;
    const left = new Promise<never>((_resolve, reject) => {
      leave = () => reject(signal.reason as Error);
      signal.addEventListener('abort', leave, { once: true });
    });
    try {
      return await Promise.race([this.value, left]);
    } finally {
      signal.removeEventListener('abort', leave);
      this.left();
    }
  }

  private left(): void {
    this.waiters--;
    if (this.waiters > 0 || this.loadedAt !== undefined) return;
    this.onGone();
    this.controller.abort();
  }
}
