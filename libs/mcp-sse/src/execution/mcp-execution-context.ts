import type { ArgumentsHost } from '@nestjs/common';
import { callOf, type McpCall } from '../model/call.js';
import type { McpContext } from '../model/mcp-context.js';
import type { McpPrincipal } from '../model/principal.js';
import { routeCallOf } from '../model/route-call.js';

/**
 * The call that a guard, interceptor or filter runs for. `getType()` of its execution context returns `mcp`;
 * `switchToHttp()` returns the request of the POST that carried the call.
 *
 * ```ts
 * canActivate(context: ExecutionContext) {
 *   if (!McpExecutionContext.isOwnCall(context)) return true;
 *   return McpExecutionContext.create(context).principal.roles.includes('admin');
 * }
 * ```
 */
export class McpExecutionContext {
  private constructor(readonly call: McpCall) {}

  /**
   * Whether this library makes the call. The context of another module's calls, such as those of @nestjs/mcp, may have
   * the type `mcp` too.
   */
  static isOwnCall(host: ArgumentsHost): boolean {
    return callOf(host) !== undefined;
  }

  /** @throws {TypeError} for a route, or a call of another module */
  static create(host: ArgumentsHost): McpExecutionContext {
    const call = callOf(host);
    if (call) return new McpExecutionContext(call);
    const type = host.getType<string>();
    throw new TypeError(
      type === 'mcp'
        ? 'McpExecutionContext of nestjs-mcp-sse was given a call that another module makes, which has the type "mcp" too. ' +
            'Ask McpExecutionContext.isOwnCall() first.'
        : `McpExecutionContext needs a context of type "mcp", not "${type}".`,
    );
  }

  /**
   * The call that a request to a route is part of, where the route is a tool; undefined for a request from outside, which
   * cannot pass itself off as a call.
   */
  static ofRoute(host: ArgumentsHost): McpExecutionContext | undefined {
    if (host.getType() !== 'http') return undefined;
    const routed = routeCallOf(host.switchToHttp().getRequest<object>());
    return routed && new McpExecutionContext(routed.call);
  }

  get context(): McpContext {
    return this.call.context;
  }

  get principal(): McpPrincipal {
    return this.call.context.principal;
  }

  /** As the client sent them: guards and interceptors run before validation. */
  get arguments(): McpCall['arguments'] {
    return this.call.arguments;
  }
}
