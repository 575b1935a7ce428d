import { HttpException, HttpStatus } from '@nestjs/common';

interface UpstreamErrorOptions {
  /** Whether the same request may succeed soon. */
  readonly isPassing?: boolean;
  /** The API's Retry-After. */
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/** An API that a tool depends on is unavailable or returned an invalid response. Clients see the message. */
export class UpstreamError extends HttpException {
  readonly isPassing: boolean;
  readonly retryAfterMs?: number;

  constructor(message: string, { isPassing = false, retryAfterMs, cause }: UpstreamErrorOptions = {}) {
    super(message, HttpStatus.BAD_GATEWAY, { cause });
    this.isPassing = isPassing;
    this.retryAfterMs = retryAfterMs;
  }
}
