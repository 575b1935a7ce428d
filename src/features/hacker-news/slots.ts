/** Limits how many tasks run at a time. Others wait, first come, first served. */
export class Slots {
  private readonly waiting = new Set<() => void>();

  constructor(private free: number) {}

  /** @throws the reason of the signal, if it aborts before the task starts */
  async run<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await this.turn(signal);
    try {
      return await task();
    } finally {
      this.release();
    }
  }

  private async turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.free > 0) return void this.free--;
    await new Promise<void>((resolve, reject) => {
      const enter = () => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        this.waiting.delete(enter);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', leave, { once: true });
      this.waiting.add(enter);
    });
  }

  /** Passes the slot on to the first waiting task, so that no later one gets it first. */
  private release(): void {
    const [enter] = this.waiting;
    if (!enter) return void this.free++;
    this.waiting.delete(enter);
    enter();
  }
}
