import { SetMetadata } from '@nestjs/common';

/** Nest's key for the configuration of a route on Fastify, which finds its way to the adapter's route as it is. */
const ROUTE_CONFIG = '__fastify_route_config__';

export type McpRouteName = 'stream' | 'messages' | 'termination';

interface RouteConfig {
  readonly mcpRoute?: McpRouteName;
}

/** Marks a route of the module, so that an adapter file knows it under whatever path Nest gives it. */
export function McpRoute(mcpRoute: McpRouteName): MethodDecorator {
  return SetMetadata(ROUTE_CONFIG, { mcpRoute } satisfies RouteConfig);
}

/** @param handler the function that Nest registered on the router */
export function routeOfHandler(handler: object): McpRouteName | undefined {
  return routeOfConfig(Reflect.getMetadata(ROUTE_CONFIG, handler));
}

/** @param config of a Fastify route */
export function routeOfConfig(config: unknown): McpRouteName | undefined {
  return (config as RouteConfig | undefined)?.mcpRoute;
}
