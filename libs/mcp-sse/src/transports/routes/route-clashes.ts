import { McpConfigurationError } from '../../model/errors/mcp-configuration.error.js';
import type { RouteOwners } from '../../nest/route-owner.js';
import { pathSegments } from '../../http/route-path.js';
import type { DeclaredRoute } from './mcp-route.js';

/** A route as an adapter's router has it. */
export interface RoutedHandler {
  /** In capitals. */
  readonly methods: readonly string[];
  readonly path: string;
  /** If the router has the one that Nest made. */
  readonly handler?: (...args: never[]) => unknown;
  /** Of a route of ours. */
  readonly declared?: DeclaredRoute;
}

/** A route of a router that asks its routes in order. */
export interface OrderedRoute extends RoutedHandler {
  matches(path: string): boolean;
}

/** Express hands (request, response, next) to what may leave a request to the next handler. */
const WITH_NEXT = 3;

/**
 * The error for two routes with the same method and path. One of them would never be reached.
 *
 * @returns undefined for two routes of one server, or of the application
 */
export function routeClash(
  one: RoutedHandler,
  other: RoutedHandler,
  owners: RouteOwners,
): McpConfigurationError | undefined {
  const [own, foreign] = one.declared ? [one, other] : [other, one];
  if (!own.declared || own.declared.server === foreign.declared?.server) return undefined;
  const method = own.methods.find((name) => foreign.methods.includes(name))!;
  const rival = foreign.declared
    ? named(foreign.declared)
    : (owners.ownerOf(foreign.methods, foreign.path, foreign.handler)?.name ??
      'a handler that the application or another module gave the HTTP adapter');
  return new McpConfigurationError(
    `${method} ${own.path} is a route of ${named(own.declared)} and of ${rival}. Give one of them another path.`,
  );
}

/**
 * Finds routes of ours that no request reaches, on a router that asks its routes in order.
 *
 * @throws {McpConfigurationError}
 */
export function assertReached(routes: readonly OrderedRoute[], owners: RouteOwners): void {
  for (const [position, own] of routes.entries()) {
    if (!own.declared) continue;
    const sample = own.path.replaceAll(/:\w+/g, '~');
    for (const [index, other] of routes.entries()) {
      if (!own.methods.some((method) => other.methods.includes(method))) continue;
      const owner = other.declared ? undefined : owners.ownerOf(other.methods, other.path, other.handler);
      // Middleware of Nest for one method is a route too.
      if (!other.declared && (owner ? owner.mayPass : other.handler!.length >= WITH_NEXT)) continue;
      // Express ignores case.
      if (patternOf(own.path.toLowerCase()) === patternOf(other.path.toLowerCase())) {
        const clash = routeClash(own, other, owners);
        if (clash) throw clash;
      } else if (owner && index < position && other.matches(sample))
        throw new McpConfigurationError(
          `${own.methods[0]} ${own.path} of ${named(own.declared)} is never reached: ${owner.name} serves ${other.path}, ` +
            'which Express matches first. Move that controller to a module of its own, which is imported after ' +
            'McpSseModule, or narrow its path.',
        );
    }
  }
}

/** Equal for paths that match the same requests. */
export function patternOf(path: string): string {
  return pathSegments(path)
    .map((segment) => (/^:\w+$/.test(segment) ? ':' : segment))
    .join('/');
}

function named({ server, option }: DeclaredRoute): string {
  return `the MCP server "${server.name}" ("${option}" of McpSseModule)`;
}
