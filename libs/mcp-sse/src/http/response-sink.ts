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
    const onDrain = () => {
      this.unsent?.update();
      listener();
    };
    this.response.on('drain', onDrain);
    return () => this.response.off('drain', onDrain);
  }

  write(item: StreamItem): void {
    this.response.write(encodedIfLarge(formatEvent(item)));
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
