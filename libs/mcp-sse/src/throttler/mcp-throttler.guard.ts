import { Injectable, type ExecutionContext } from '@nestjs/common';
import { ThrottlerException, ThrottlerGuard, type ThrottlerLimitDetail } from '@nestjs/throttler';
import { principalOfUser, requestPrincipal } from '../auth/request-principal.js';
import { McpExecutionContext } from '../execution/mcp-execution-context.js';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';
import { ANONYMOUS, principalKey, type McpPrincipal } from '../model/principal.js';

/** Of the JSON-RPC errors that HTTP answers 429 with. */
const TOO_MANY_REQUESTS = -32000;

type Request = Readonly<Record<string, unknown>>;

/**
 * The guard of @nestjs/throttler for MCP, configured by its `ThrottlerModule`: it counts per principal (issuer, tenant
 * and subject), and per address where nobody is authenticated.
 *
 * As one of the `guards` option it limits what reaches the routes, after authentication: 429 with `Retry-After`. On a
 * tool, a resource or a prompt, by `@UseGuards(McpThrottlerGuard)` or as an `APP_GUARD`, it limits calls of each of
 * them, with `@Throttle()` and `@SkipThrottle()`: their answer is a JSON-RPC error with `data: { retryAfterMs }`.
 */
@Injectable()
export class McpThrottlerGuard extends ThrottlerGuard {
  /** It does not tell who a request is from. */
  static readonly authenticates = false;

  /** Whom a request or a call is counted for, unless the throttler's own option `getTracker` says so. */
  protected override async getTracker(request: Request, context?: ExecutionContext): Promise<string> {
    const principal =
      context && isCall(context) ? McpExecutionContext.create(context).principal : principalOf(request);
    return principal === ANONYMOUS ? super.getTracker(request) : principalKey(principal);
  }

  protected override async throwThrottlingException(
    context: ExecutionContext,
    detail: ThrottlerLimitDetail,
  ): Promise<void> {
    const { timeToBlockExpire: seconds } = detail;
    const exception = new ThrottlerException(await this.getErrorMessage(context, detail));
    if (isCall(context))
      throw new JsonRpcError(
        TOO_MANY_REQUESTS,
        exception.message,
        { retryAfterMs: seconds * 1_000 },
        { cause: exception },
      );
    // The throttler adds the name of a limit that has one, or leaves the header out.
    this.setResponseHeader(this.getRequestResponse(context).res, 'Retry-After', seconds);
    throw exception;
  }
}

function isCall(context: ExecutionContext): boolean {
  return context.getType<string>() === 'mcp';
}

/** A global guard runs before those of the module, but after the application's own that are named before it. */
function principalOf(request: Request): McpPrincipal {
  const principal = requestPrincipal(request);
  if (principal !== ANONYMOUS) return principal;
  try {
    // Nothing of the options is known here: with another `tenantClaim`, namesakes in two tenants share a limit.
    return principalOfUser(request['user'], 'tenant');
  } catch {
    // Only the `principal` option knows what this user is.
    return ANONYMOUS;
  }
}
