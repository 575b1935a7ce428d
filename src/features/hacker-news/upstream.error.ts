import { HttpException, HttpStatus } from '@nestjs/common';

interface UpstreamErrorOptions {
  /** Whether the same request may succeed soon. */
  readonly isPassing?: boolean;
  /** When the API wants to be asked again, if it says so. */
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/** An API that a tool depends on is away, or answers what it should not. Clients read the message. */
export class UpstreamError extends HttpException {
  readonly isPassing: boolean;
  readonly retryAfterMs?: number;

  constructor(message: string, { isPassing = false, retryAfterMs, cause }: UpstreamErrorOptions = {}) {
    super(message, HttpStatus.BAD_GATEWAY, { cause });
    this.isPassing = isPassing;
    this.retryAfterMs = retryAfterMs;
  }
}
