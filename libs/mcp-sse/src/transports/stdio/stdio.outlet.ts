import type { Writable } from 'node:stream';
import type { SessionOutlet } from '../../sessions/session-outlet.js';

/** Standard output carries every message as a line. */
export class StdioOutlet implements SessionOutlet {
  readonly attached = true;
  readonly unread = 0;
  readonly keptBytes = 0;

  /** @param onEnd called when the session ends: nothing more is to be read then */
  constructor(
    private readonly output: Writable,
    private readonly maxQueuedBytes: number,
    private readonly onEnd: () => void,
  ) {}

  get queuedBytes(): number {
    return this.output.writableLength;
  }

  send(json: string): boolean {
    this.output.write(`${json}\n`);
    return this.output.writableLength <= this.maxQueuedBytes;
  }

  /** The one stream has nothing that waits for the answer. */
  abandon(): void {}

  /** There is no other stream. */
  closeStream(): void {}

  /** There is nothing to come back to. */
  hint(): void {}

  /** There is nothing to come back to. */
  detach(): void {}

  /** Nothing is kept. */
  trim(): void {}

  end(): void {
    this.onEnd();
  }

  destroy(): void {
    this.onEnd();
    this.output.destroy();
  }
}
