import { HttpException, HttpStatus } from '@nestjs/common';
import { AuthorizationServerException } from '../auth/authorization-server.exception.js';
import { ClusterUnavailableError } from '../model/errors/cluster-unavailable.error.js';
import { InsufficientScopeError } from '../model/errors/insufficient-scope.error.js';
import { SessionClosedError, SessionLimitError, ShuttingDownError } from '../sessions/session.errors.js';

/** Causes that share a status. */
const CAUSES = [
  [SessionLimitError, 'session-limit'],
  [ShuttingDownError, 'shutting-down'],
  [ClusterUnavailableError, 'cluster-unavailable'],
  [AuthorizationServerException, 'authorization-server-unavailable'],
] as const;

/** Those that an exception of a handler refuses a call with. */
const OF_CALLS: Readonly<Record<number, string>> = {
  [HttpStatus.UNAUTHORIZED]: 'unauthenticated',
  [HttpStatus.FORBIDDEN]: 'forbidden',
  [HttpStatus.TOO_MANY_REQUESTS]: 'rate-limit',
};

/** That a request was not served, and why. */
export class Refusal {
  private constructor(
    readonly status: number,
    readonly reason: string,
  ) {}

  /**
   * @param error that a route has answered, with this status
   * @returns undefined for one that is told of elsewhere, or is no refusal
   */
  static ofRoute(error: unknown, status: number): Refusal | undefined {
    // Who was told which scopes are missing was told so in a call, which has more to say.
    if (status < 400 || error instanceof InsufficientScopeError) return undefined;
    return new Refusal(status, causeOf(error) ?? OF_CALLS[status] ?? nameOf(status));
  }

  /** @param error that a call failed with, or whose `cause` it was */
  static ofCall(error: unknown): Refusal | undefined {
    if (error instanceof InsufficientScopeError)
      return new Refusal(HttpStatus.FORBIDDEN, 'insufficient-scope');
    const cause = error instanceof HttpException ? error : (error as Error | undefined)?.cause;
    const status = cause instanceof HttpException ? cause.getStatus() : 0;
    return status in OF_CALLS ? new Refusal(status, OF_CALLS[status]!) : undefined;
  }
}

function causeOf(error: unknown): string | undefined {
  if (error instanceof SessionClosedError) return error.isForeign ? 'foreign-session' : 'unknown-session';
  return CAUSES.find(([type]) => error instanceof type)?.[1];
}

/** `payload-too-large` for 413: as many names as there are statuses, for labels of metrics. */
function nameOf(status: number): string {
  return (HttpStatus[status] ?? 'other').toLowerCase().replaceAll('_', '-');
}
