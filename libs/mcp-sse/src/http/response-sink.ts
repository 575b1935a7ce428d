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
  /** The events that are held back: one write takes a fraction of what one for each would. */
  private gathered?: string;
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
    const text = formatEvent(item);
    if (this.gathered === undefined) this.send(text);
    else this.gathered += text;
  }

  gather(): () => void {
    const { socket } = this.response;
    socket?.cork();
    this.gathered = '';
    return () => {
      this.flush();
      this.gathered = undefined;
      socket?.uncork();
      this.unsent?.update();
    };
  }

  flush(): void {
    const { gathered } = this;
    if (!gathered) return;
    this.gathered = '';
    this.send(gathered);
  }

  endConnection(): void {
    const { socket } = this.response;
    this.response.once('finish', () => socket?.destroySoon());
  }

  destroy(): void {
    this.response.destroy();
  }

  private send(text: string): void {
    const { response } = this;
    // The client may have left in this turn, or middleware may have ended the response.
    if (response.destroyed || response.writableEnded) return;
    if (response.write(encodedIfLarge(text)) || this.isFull) return;
    // Waited for only then: most streams are never full.
    this.isFull = true;
    response.once('drain', () => {
      this.isFull = false;
      this.unsent?.update();
      this.onWritable?.();
    });
  }
}
