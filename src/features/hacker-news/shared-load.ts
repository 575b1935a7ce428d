/** A value that is loaded once for all callers that wait for it. */
export class SharedLoad<T> {
  /** When the value was loaded, in milliseconds since the epoch. */
  loadedAt?: number;
  private readonly controller = new AbortController();
  private readonly value: Promise<T>;
  private waiters = 0;

  /** @param onGone called if the load fails, or every caller has stopped waiting */
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

  /** @throws the reason of the signal if it aborts first; the load itself is aborted once nobody waits for it */
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
