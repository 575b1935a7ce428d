import type { ArgumentsHost } from '@nestjs/common';
import type { McpCall } from '../model/call.js';
import type { McpContext } from '../model/mcp-context.js';
import type { McpPrincipal } from '../model/principal.js';

/**
 * The call that a guard, interceptor or filter runs for. `getType()` of its execution context returns `mcp`;
 * `switchToHttp()` returns the request of the POST that carried the call.
 *
 * ```ts
 * canActivate(context: ExecutionContext) {
 *   if (context.getType<string>() !== 'mcp') return true;
 *   return McpExecutionContext.create(context).principal.roles.includes('admin');
 * }
 * ```
 */
export class McpExecutionContext {
  private constructor(readonly call: McpCall) {}

  /** @throws {TypeError} when the context is not of type `mcp` */
  static create(host: ArgumentsHost): McpExecutionContext {
    if (host.getType<string>() !== 'mcp')
      throw new TypeError(`McpExecutionContext needs a context of type "mcp", not "${host.getType()}".`);
    return new McpExecutionContext(host.getArgByIndex<McpCall>(3));
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
