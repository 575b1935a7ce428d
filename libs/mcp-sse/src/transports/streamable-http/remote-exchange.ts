import type { Exchange } from './exchange.js';
import type { NumberedStream } from './numbered-stream.js';

/**
 * Answers the requests of a POST that came to another node, or to a node that is gone: everything goes to a stream.
 */
export class RemoteExchange implements Exchange {
  /** @param requests number of requests without an answer */
  constructor(
    private readonly stream: NumberedStream,
    private requests: number,
    private readonly primes: boolean,
  ) {}

  send(json: string, isAnswer: boolean, completes?: string): boolean {
    const found = this.stream.send(json, completes);
    if (isAnswer) this.abandon();
    return found;
  }

  abandon(): void {
    this.requests--;
    if (this.requests === 0) this.stream.finish();
  }

  closeStream(retryMs?: number): void {
    const { stream } = this;
    if (!this.primes) return;
    if (retryMs !== undefined) stream.prime(retryMs);
    stream.whenKept(() => stream.detach());
  }

  detach(): void {
    if (this.primes) this.stream.detach();
  }

  end(endsConnection: boolean): void {
    this.stream.end(endsConnection);
  }

  destroy(): void {
    this.stream.destroy();
  }
}
