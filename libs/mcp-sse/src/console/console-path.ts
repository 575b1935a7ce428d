import { isProtected } from '../auth/protection.js';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import type { ResolvedOptions } from '../model/resolved-options.js';
import { RoutePath } from '../http/route-path.js';
import { routesOf } from '../transports/routes/routes.js';
import type { ResolvedConsoleOptions } from './resolved-console-options.js';

/**
 * Where the console is.
 *
 * @returns undefined when there is none
 * @throws {McpConfigurationError} when there should be one, and it would be unsafe or could not work
 */
export function consolePath(
  { path, enabled }: ResolvedConsoleOptions,
  options: ResolvedOptions,
): RoutePath | undefined {
  if (!enabled) return undefined;
  if (process.env['NODE_ENV'] === 'production' && !isProtected(options))
    throw new McpConfigurationError(
      'McpConsoleModule is enabled, NODE_ENV is "production", and its server has no authentication. ' +
        'Set "auth" or "guards" of McpSseModule, or leave "enabled" out.',
    );
  const route = new RoutePath(path, 'path of McpConsoleModule');
  if (route.parameters.length > 0)
    throw new McpConfigurationError(
      `"path" of McpConsoleModule is "${path}", but must have no parameters: the page has one address.`,
    );
  const { sse, http } = routesOf(options);
  const others = [sse.stream, sse.messages, ...(http ? [http.stream] : [])];
  const taken = others.some((other) => String(other.route) === String(route));
  if (taken)
    throw new McpConfigurationError(
      `"path" of McpConsoleModule is "${path}", which is a route of McpSseModule; choose another one.`,
    );
  return route;
}
