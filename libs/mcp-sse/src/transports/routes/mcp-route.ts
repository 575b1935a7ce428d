import type { Type } from '@nestjs/common';
import { extendRouteConfig, RouteConfig, routeConfigOf } from '../../nest/route-metadata.js';
import type { RegisteredRoute } from '../../nest/registered-route.js';
import type { ProtectedResource } from './protected-resource.js';

export type McpRouteName = 'stream' | 'messages' | 'termination' | 'console' | 'metrics';

/** The option that gives a route its path. */
export interface DeclaredRoute {
  readonly server: { readonly name: string };
  readonly option: string;
}

/** What an adapter file knows of a route of the module. */
interface McpRouteConfig {
  readonly mcpRoute?: McpRouteName;
  /** The resource whose metadata is served for the path of the route. */
  readonly resource?: ProtectedResource;
  /** Learns each path that the router has for the route. */
  readonly registered?: RegisteredRoute;
  /** Where its path comes from. Routes of the console and of metrics have none. */
  readonly declared?: DeclaredRoute;
}

/** Marks a route of the module, so that an adapter file recognises it under any path. */
export function McpRoute(mcpRoute: McpRouteName): MethodDecorator {
  return RouteConfig({ mcpRoute } satisfies McpRouteConfig);
}

/** Adds to the configuration of a marked route of a controller. */
export function configureRoute(
  controller: Type,
  methodName: string,
  added: Omit<McpRouteConfig, 'mcpRoute'>,
): void {
  extendRouteConfig(controller, methodName, added);
}

/**
 * @param handler the function that Nest registered on the router
 * @returns an empty object for a route of the application
 */
export function configOfHandler(handler: object): McpRouteConfig {
  return configOfRoute(routeConfigOf(handler));
}

/**
 * @param config of a Fastify route
 * @returns an empty object for a route of the application
 */
export function configOfRoute(config: unknown): McpRouteConfig {
  return (config as McpRouteConfig | undefined) ?? {};
}
