import { isProtected } from '../model/protection.js';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import type { ResolvedOptions } from '../model/resolved-options.js';
import type { Type } from '@nestjs/common';
import { RegisteredRoute } from '../nest/registered-route.js';
import { RoutePath } from '../http/route-path.js';
import { setRoutePath } from '../nest/route-metadata.js';
import { configureRoute } from '../transports/routes/mcp-route.js';
import { routesOf } from '../transports/routes/routes.js';
import type { ResolvedConsoleOptions } from './mcp-console.options.js';

/** Injection token of the {@link ConsoleRoutes}. */
export const CONSOLE_ROUTES = Symbol('nestjs-mcp-sse:console-routes');

/** The path of each route, below that of the page. */
export const BELOW_PAGE = {
  page: '',
  about: '/api/server',
  sessions: '/api/sessions',
  messages: '/api/sessions/:session/messages',
  requests: '/api/requests',
  file: '/:file',
};

/** The routes of one console. */
export type ConsoleRoutes = Readonly<Record<keyof typeof BELOW_PAGE, RegisteredRoute>>;

/**
 * The path of the page.
 *
 * @returns undefined if the console is disabled
 * @throws {McpConfigurationError} if it is enabled, but would be unsafe or could not work
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

/**
 * Sets the routes of the controller; called before Nest registers it.
 *
 * @param path undefined to have no routes
 */
export function setConsolePath(controller: Type, path: RoutePath | undefined): ConsoleRoutes | undefined {
  const routes = Object.entries(BELOW_PAGE).map(([method, below]) => {
    const registered = path && new RegisteredRoute(new RoutePath(`${path.toString()}${below}`, 'path'));
    setRoutePath(controller, registered?.route.toString(), method);
    configureRoute(controller, method, { registered });
    return [method, registered];
  });
  return path && (Object.fromEntries(routes) as ConsoleRoutes);
}
