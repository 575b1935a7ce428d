import type { ServerResponse } from 'node:http';
import type { Sink } from '../../streaming/sink.js';

/** An HTTP response as the sink of a stream. */
export class ResponseSink implements Sink {
  private readonly response: ServerResponse;

  /**
   * @param response of the adapter: Express's, or Fastify's reply
   * @param endsConnection whether the connection is to end with the stream, as it is when the stream was all that
   *   it was for: idle, it would hold up a server that closes
   */
  constructor(response: unknown, endsConnection: boolean) {
    this.response = (response as { raw?: ServerResponse }).raw ?? (response as ServerResponse);
    const { socket } = this.response;
    if (endsConnection) this.response.once('finish', () => socket?.destroySoon());
  }

  get writable(): boolean {
    return !this.response.writableNeedDrain;
  }

  onDrain(listener: () => void): () => void {
    this.response.on('drain', listener);
    return () => this.response.off('drain', listener);
  }

  destroy(): void {
    this.response.destroy();
  }
}
