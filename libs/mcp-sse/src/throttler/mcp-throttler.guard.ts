import { Injectable, type ExecutionContext } from '@nestjs/common';
import { ThrottlerException, ThrottlerGuard, type ThrottlerLimitDetail } from '@nestjs/throttler';
import { principalOfUser, requestPrincipal } from '../auth/request-principal.js';
import { callOf } from '../model/call.js';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';
import { ANONYMOUS, principalKey, type McpPrincipal } from '../model/principal.js';
import { enhancersOf } from '../nest/enhancer-metadata.js';

/** The JSON-RPC code that also accompanies 429 over HTTP. */
const TOO_MANY_REQUESTS = -32000;

type Request = Readonly<Record<string, unknown>>;

/**
 * The guard of @nestjs/throttler for MCP, configured by its `ThrottlerModule`. It counts per principal (issuer, tenant and
 * subject), and per address for anonymous requests.
 *
 * In the option `guards` it limits HTTP requests, after authentication, and answers 429 with `Retry-After`. On a tool, a
 * resource or a prompt (`@UseGuards(McpThrottlerGuard)`, or as an `APP_GUARD`) it limits the calls of each, honours
 * `@Throttle()` and `@SkipThrottle()`, and answers with a JSON-RPC error that has `data: { retryAfterMs }`.
 */
@Injectable()
export class McpThrottlerGuard extends ThrottlerGuard {
  /** Marks it as a guard that does not authenticate. */
  static readonly authenticates = false;

  /**
   * A call of type `mcp` that another module makes has no request to count. As a global guard, this one has counted the
   * request that carried the call.
   *
   * @throws {TypeError} when the guard is put on such a call's method or class, where it would limit nothing
   */
  protected override async shouldSkip(context: ExecutionContext): Promise<boolean> {
    if (context.getType<string>() !== 'mcp' || callOf(context)) return super.shouldSkip(context);
    const [type, method] = [context.getClass(), context.getHandler()];
    const isDeclared = [type, method].flatMap(enhancersOf).some(({ enhancer }) => isThrottler(enhancer));
    if (!isDeclared) return true;
    throw new TypeError(
      `${type.name}.${method.name}: McpThrottlerGuard limits the calls that nestjs-mcp-sse makes, and another module makes ` +
        'this one. Limit the route of that module instead.',
    );
  }

  /** Returns the key to count a request or call under. The throttler's option `getTracker` overrides it. */
  protected override async getTracker(request: Request, context?: ExecutionContext): Promise<string> {
    const call = context && callOf(context);
    const principal = call ? call.context.principal : principalOf(request);
    return principal === ANONYMOUS ? super.getTracker(request) : principalKey(principal);
  }

  protected override async throwThrottlingException(
    context: ExecutionContext,
    detail: ThrottlerLimitDetail,
  ): Promise<void> {
    const { timeToBlockExpire: seconds } = detail;
    const exception = new ThrottlerException(await this.getErrorMessage(context, detail));
    if (callOf(context))
      throw new JsonRpcError(
        TOO_MANY_REQUESTS,
        exception.message,
        { retryAfterMs: seconds * 1_000 },
        { cause: exception },
      );
    // The throttler itself appends the name of a named limit to the header, or omits the header.
    this.setResponseHeader(this.getRequestResponse(context).res, 'Retry-After', seconds);
    throw exception;
  }
}

/** Whether an enhancer is this guard, or one that extends it: an instance or a class. */
function isThrottler(enhancer: unknown): boolean {
  const prototype: unknown = typeof enhancer === 'function' ? enhancer.prototype : enhancer;
  return prototype === McpThrottlerGuard.prototype || prototype instanceof McpThrottlerGuard;
}

/** As a global guard it runs before the module's guards, but after global guards that were registered before it. */
function principalOf(request: Request): McpPrincipal {
  const principal = requestPrincipal(request);
  if (principal !== ANONYMOUS) return principal;
  try {
    // The module's options are unknown here. With another `tenantClaim`, equal subjects of two tenants share a limit.
    return principalOfUser(request['user'], 'tenant');
  } catch {
    // Only the option `principal` can read this user.
    return ANONYMOUS;
  }
}
