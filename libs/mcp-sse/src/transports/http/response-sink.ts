import type { ServerResponse } from 'node:http';
import type { Sink } from '../../streaming/sink.js';
import type { StreamItem } from '../../streaming/stream-event.js';
import { rawResponse } from './raw-response.js';
import { asContent } from './as-content.js';
import { formatEvent } from './sse-format.js';

/** An HTTP response as the sink of a stream. */
export class ResponseSink implements Sink {
  private readonly response: ServerResponse;

  /** @param response of the adapter: Express's, or Fastify's reply */
  constructor(response: unknown) {
    this.response = rawResponse(response);
  }

  get begun(): boolean {
    return this.response.headersSent;
  }

  get writable(): boolean {
    return !this.response.writableNeedDrain;
  }

  onDrain(listener: () => void): () => void {
    this.response.on('drain', listener);
    return () => this.response.off('drain', listener);
  }

  write(item: StreamItem): void {
    this.response.write(asContent(formatEvent(item)));
  }

  gather(): () => void {
    const { socket } = this.response;
    socket?.cork();
    return () => socket?.uncork();
  }

  endConnection(): void {
    const { socket } = this.response;
    this.response.once('finish', () => socket?.destroySoon());
  }

  destroy(): void {
    this.response.destroy();
  }
}
