import type { ServerResponse } from 'node:http';
import type { MemoryAccount } from '../streaming/memory-budget.js';
import type { Sink } from '../streaming/sink.js';
import type { StreamItem } from '../streaming/stream-event.js';
import { rawResponse } from './raw-response.js';
import { encodedIfLarge } from './answer.js';
import { formatEvent } from './event-stream.js';
import { UnsentBytes } from './unsent-bytes.js';

/** The sink that writes events to an HTTP response. */
export class ResponseSink implements Sink {
  private readonly response: ServerResponse;
  private readonly unsent?: UnsentBytes;
  private onWritable?: () => void;
  private isFull = false;

  /**
   * @param response of the adapter: Express's, or Fastify's reply
   * @param memory pays for the bytes that wait to be sent
   */
  constructor(response: unknown, memory?: MemoryAccount) {
    this.response = rawResponse(response);
    this.unsent = memory && new UnsentBytes(this.response, memory);
  }

  get begun(): boolean {
    return this.response.headersSent;
  }

  get writable(): boolean {
    return !this.response.writableNeedDrain;
  }

  onDrain(listener: () => void): () => void {
    this.onWritable = listener;
    return () => (this.onWritable = undefined);
  }

  write(item: StreamItem): void {
    if (this.response.write(encodedIfLarge(formatEvent(item))) || this.isFull) return;
    // Waited for only then: most streams are never full.
    this.isFull = true;
    this.response.once('drain', () => {
      this.isFull = false;
      this.unsent?.update();
      this.onWritable?.();
    });
  }

  gather(): () => void {
    const { socket } = this.response;
    socket?.cork();
    return () => {
      socket?.uncork();
      this.unsent?.update();
    };
  }

  endConnection(): void {
    const { socket } = this.response;
    this.response.once('finish', () => socket?.destroySoon());
  }

  destroy(): void {
    this.response.destroy();
  }
}
