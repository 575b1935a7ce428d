import type { ServerResponse } from 'node:http';
import type { MemoryAccount } from '../streaming/memory-budget.js';

/** Counts the bytes that wait in a response until its client reads them. When memory is short, the response is dropped. */
export class UnsentBytes {
  private counted = 0;
  private isWatched = false;

  constructor(
    private readonly response: ServerResponse,
    private readonly memory: MemoryAccount,
  ) {}

  /** Counts anew. @param planned bytes that will be written in this turn */
  update(planned = 0): void {
    const { response } = this;
    const waiting = response.destroyed ? 0 : response.writableLength + planned;
    if (waiting === this.counted) return;
    this.count(waiting);
    if (this.isWatched) return;
    this.isWatched = true;
    const forget = this.memory.onCut(() => {
      response.destroy();
      // One that waits for those before it would keep its bytes until they are sent.
      if (!response.socket) response.req.socket.destroy();
      // Not once it has closed: until then, others would be cut as well.
      this.count(0);
    });
    response.once('close', () => {
      forget();
      this.count(0);
      this.isWatched = false;
    });
  }

  private count(waiting: number): void {
    this.memory.add(waiting - this.counted);
    this.counted = waiting;
  }
}
