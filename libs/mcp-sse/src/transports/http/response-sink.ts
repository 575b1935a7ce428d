import type { ServerResponse } from 'node:http';
import type { Sink } from '../../streaming/sink.js';
import { rawResponse } from './raw-response.js';

/** An HTTP response as the sink of a stream. */
export class ResponseSink implements Sink {
  private readonly response: ServerResponse;

  /** @param response of the adapter: Express's, or Fastify's reply */
  constructor(response: unknown) {
    this.response = rawResponse(response);
  }

  get writable(): boolean {
    return !this.response.writableNeedDrain;
  }

  onDrain(listener: () => void): () => void {
    this.response.on('drain', listener);
    return () => this.response.off('drain', listener);
  }

  endConnection(): void {
    const { socket } = this.response;
    this.response.once('finish', () => socket?.destroySoon());
  }

  destroy(): void {
    this.response.destroy();
  }
}
