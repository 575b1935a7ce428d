import { HttpException, HttpStatus } from '@nestjs/common';
import { InsufficientScopeError } from '../model/errors/insufficient-scope.error.js';
import { SessionClosedError } from '../sessions/errors/session-closed.error.js';

const REASONS: Readonly<Record<number, string>> = {
  [HttpStatus.UNAUTHORIZED]: 'unauthenticated',
  [HttpStatus.FORBIDDEN]: 'forbidden',
  [HttpStatus.NOT_FOUND]: 'unknown-session',
  [HttpStatus.TOO_MANY_REQUESTS]: 'rate-limit',
  [HttpStatus.SERVICE_UNAVAILABLE]: 'session-limit',
};

/** Of the statuses above, those that an exception of a handler refuses a call with. */
const OF_CALLS: readonly number[] = [
  HttpStatus.UNAUTHORIZED,
  HttpStatus.FORBIDDEN,
  HttpStatus.TOO_MANY_REQUESTS,
];

/** That somebody may not have what was asked for, rather than that something went wrong. */
export class Refusal {
  private constructor(
    readonly status: number,
    readonly reason: string,
  ) {}

  /** @returns undefined for an error that is not one of lacking rights */
  static ofRoute(error: unknown, status: number): Refusal | undefined {
    const reason = REASONS[status];
    // Who was told which scopes are missing was told so in a call, which has more to say.
    if (reason === undefined || error instanceof InsufficientScopeError) return undefined;
    const isForeign = error instanceof SessionClosedError && error.isForeign;
    return new Refusal(status, isForeign ? 'foreign-session' : reason);
  }

  /** @param error that a call failed with, or whose `cause` it was */
  static ofCall(error: unknown): Refusal | undefined {
    if (error instanceof InsufficientScopeError)
      return new Refusal(HttpStatus.FORBIDDEN, 'insufficient-scope');
    const cause = error instanceof HttpException ? error : (error as Error | undefined)?.cause;
    const status = cause instanceof HttpException ? cause.getStatus() : undefined;
    return status !== undefined && OF_CALLS.includes(status)
      ? new Refusal(status, REASONS[status]!)
      : undefined;
  }
}
