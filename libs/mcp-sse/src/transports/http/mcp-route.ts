import { SetMetadata, type Type } from '@nestjs/common';
import type { ProtectedResource } from './protected-resource.js';
import type { RegisteredRoute } from './registered-route.js';

/** Nest's key for the configuration of a route on Fastify, which finds its way to the adapter's route as it is. */
const ROUTE_CONFIG = '__fastify_route_config__';

export type McpRouteName = 'stream' | 'messages' | 'termination' | 'console' | 'metrics';

interface RouteConfig {
  readonly mcpRoute?: McpRouteName;
  /** Whose metadata is to be found under the path of the route. */
  readonly resource?: ProtectedResource;
  /** Is told each path that the router has for the route. */
  readonly registered?: RegisteredRoute;
}

/** Marks a route of the module, so that an adapter file knows it under whatever path Nest gives it. */
export function McpRoute(mcpRoute: McpRouteName): MethodDecorator {
  return SetMetadata(ROUTE_CONFIG, { mcpRoute } satisfies RouteConfig);
}

/** Adds to the configuration of a route of a controller, marked before. */
export function configureRoute(
  controller: Type,
  methodName: string,
  added: Omit<RouteConfig, 'mcpRoute'>,
): void {
  const method = (controller.prototype as Record<string, object>)[methodName]!;
  const config = Reflect.getMetadata(ROUTE_CONFIG, method) as RouteConfig;
  Reflect.defineMetadata(ROUTE_CONFIG, { ...config, ...added } satisfies RouteConfig, method);
}

/**
 * @param handler the function that Nest registered on the router
 * @returns nothing for a route that is not ours
 */
export function configOfHandler(handler: object): RouteConfig {
  return (Reflect.getMetadata(ROUTE_CONFIG, handler) as RouteConfig | undefined) ?? {};
}

/**
 * @param config of a Fastify route
 * @returns nothing for a route that is not ours
 */
export function configOfRoute(config: unknown): RouteConfig {
  return (config as RouteConfig | undefined) ?? {};
}
