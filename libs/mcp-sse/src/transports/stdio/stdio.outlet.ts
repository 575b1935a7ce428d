import type { Writable } from 'node:stream';
import type { SessionOutlet } from '../../sessions/session-outlet.js';

/** The part of a stream that takes lines. */
export type LineSink = Pick<Writable, 'write' | 'destroy' | 'writableLength'>;

/** Sends a session's messages to standard output, one per line. */
export class StdioOutlet implements SessionOutlet {
  readonly attached = true;
  readonly unread = 0;
  readonly keptBytes = 0;

  /** @param onEnd called when the session ends, so that no more input is read */
  constructor(
    private readonly output: LineSink,
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

  /** Nothing waits for the answer. */
  abandon(): void {}

  /** Standard output is the only stream. */
  closeStream(): void {}

  /** The client cannot come back. */
  hint(): void {}

  /** The client cannot come back. */
  detach(): void {}

  /** Keeps no events. */
  trim(): void {}

  end(): void {
    this.onEnd();
  }

  destroy(): void {
    this.onEnd();
    this.output.destroy();
  }
}
