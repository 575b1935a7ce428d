import { HttpException, HttpStatus } from '@nestjs/common';
import { AuthorizationServerException } from '../auth/authorization-server.client.js';
import { ResultTooLargeError } from '../execution/results/too-large.error.js';
import { type OnTooLarge, WrittenResult } from '../execution/results/written-result.js';
import { ToolFailure } from '../execution/tool-result.js';
import { ClusterUnavailableError } from '../model/errors/cluster.errors.js';
import { HeaderMismatchError, InsufficientScopeError, JsonRpcError } from '../model/errors/json-rpc.error.js';
import { UnsupportedProtocolVersionError } from '../protocol/request-meta.js';
import { SessionClosedError, SessionLimitError, ShuttingDownError } from '../sessions/session.errors.js';

/** How a request ended, for observers. */
export interface RequestOutcome {
  /**
   * `failed`: answered with an error. `input_required`: answered with questions, so the client sends the request again
   * with its user's answers. `task`: answered with a task, which is executed apart. `cancelled`: not answered, since the
   * client cancelled it, went away, or its session ended.
   */
  readonly outcome: 'ok' | 'failed' | 'denied' | 'input_required' | 'task' | 'cancelled';
  /** Why it was denied. */
  readonly refusal?: Refusal;
  /** How it was answered if its result was larger than the limit. */
  readonly tooLarge?: OnTooLarge;
}

/** @param outcome as {@link ObservedRequest.end} gets it */
export function requestOutcome(outcome: object | undefined): RequestOutcome {
  if (!outcome) return { outcome: 'cancelled' };
  // What a tool returned is no error: most requests end here.
  if (outcome instanceof WrittenResult && !outcome.isError)
    return { outcome: 'ok', tooLarge: WrittenResult.reductionOf(outcome) };
  const refusal = Refusal.ofCall(ToolFailure.causeOf(outcome) ?? outcome);
  if (refusal) return { outcome: 'denied', refusal };
  const { isError, resultType } = outcome as { isError?: unknown; resultType?: unknown };
  const tooLarge = answerToTooLarge(outcome);
  if (isError || outcome instanceof JsonRpcError) return { outcome: 'failed', tooLarge };
  const isOther = resultType === 'input_required' || resultType === 'task';
  return { outcome: isOther ? resultType : 'ok', tooLarge };
}

function answerToTooLarge(outcome: object): OnTooLarge | undefined {
  const cause = ToolFailure.causeOf(outcome) ?? (outcome as { cause?: unknown }).cause;
  return cause instanceof ResultTooLargeError ? 'error' : WrittenResult.reductionOf(outcome);
}

/** Reasons for errors that share an HTTP status with others. */
const CAUSES = [
  [SessionLimitError, 'session-limit'],
  [ShuttingDownError, 'shutting-down'],
  [ClusterUnavailableError, 'cluster-unavailable'],
  [HeaderMismatchError, 'header-mismatch'],
  [UnsupportedProtocolVersionError, 'unsupported-version'],
  [AuthorizationServerException, 'authorization-server-unavailable'],
] as const;

/** Reasons for the HTTP exceptions by which a handler refuses a call. */
const CALL_REASONS: Readonly<Record<number, string>> = {
  [HttpStatus.UNAUTHORIZED]: 'unauthenticated',
  [HttpStatus.FORBIDDEN]: 'forbidden',
  [HttpStatus.TOO_MANY_REQUESTS]: 'rate-limit',
};

/** Why a request was refused. */
export class Refusal {
  private constructor(
    readonly status: number,
    readonly reason: string,
  ) {}

  /**
   * @param error the error that a route has answered with this status
   * @returns undefined if it is no refusal, or is reported elsewhere
   */
  static ofRoute(error: unknown, status: number): Refusal | undefined {
    // A missing scope is reported with its call, which has more details.
    if (status < 400 || error instanceof InsufficientScopeError) return undefined;
    return new Refusal(status, causeOf(error) ?? CALL_REASONS[status] ?? nameOf(status));
  }

  /** @param error the error of a call, which may have an HttpException as its `cause` */
  static ofCall(error: unknown): Refusal | undefined {
    if (error instanceof InsufficientScopeError)
      return new Refusal(HttpStatus.FORBIDDEN, 'insufficient-scope');
    const cause = error instanceof HttpException ? error : (error as Error | undefined)?.cause;
    const status = cause instanceof HttpException ? cause.getStatus() : 0;
    return status in CALL_REASONS ? new Refusal(status, CALL_REASONS[status]!) : undefined;
  }
}

function causeOf(error: unknown): string | undefined {
  if (error instanceof SessionClosedError) return error.isForeign ? 'foreign-session' : 'unknown-session';
  return CAUSES.find(([type]) => error instanceof type)?.[1];
}

/** `payload-too-large` for 413. A label of metrics, so it has no more values than there are statuses. */
function nameOf(status: number): string {
  return (HttpStatus[status] ?? 'other').toLowerCase().replaceAll('_', '-');
}
