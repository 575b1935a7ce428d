import type { Exchange } from './exchange.js';
import type { NumberedStream } from './numbered-stream.js';

/** Requests whose POST came to another node, or to one that is gone: all of it is on a stream. */
export class RemoteExchange implements Exchange {
  /** @param requests how many are still to be answered */
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
