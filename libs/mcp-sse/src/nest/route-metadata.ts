/**
 * Metadata on the methods of controllers, changed after the decorators ran.
 *
 * Read in @nestjs/core 11.2.10 and 12.5.1, and in @nestjs/platform-fastify 11.2.8 and 12.5.0: `PathsExplorer` reads
 * the key `path` of each method when it registers routes, which is after providers were constructed.
 * `RouterExplorer.copyMetadataToCallback()` copies every key to the function that it gives to the adapter, and
 * `FastifyAdapter.injectRouteOptions()` passes `__fastify_route_config__` on as the `config` of the route.
 *
 * If Nest renames `path`, the routes stay at `/`. If it renames the other key or copies no metadata, an adapter file
 * does not recognise our routes: body parsers read their bodies, and metadata of OAuth answers 404.
 */
import 'reflect-metadata';
import { RequestMethod, SetMetadata, type Type } from '@nestjs/common';

const PATH = 'path';
const ROUTE_CONFIG = '__fastify_route_config__';

/**
 * Options of `@Sse()`. Nest must not drop a client that reads slowly: sessions have limits of their own. Nest 11.1 and 12.0
 * take the HTTP method from the options alone, so without it a route would serve every method.
 */
export const STREAM_OPTIONS = { maxPendingDataLength: Infinity, method: RequestMethod.GET };

/**
 * Sets the path of some of a controller's routes, before Nest registers them.
 *
 * @param path undefined to have no such routes
 */
export function setRoutePath(
  controller: Type,
  path: string | undefined,
  ...methodNames: readonly string[]
): void {
  for (const name of methodNames)
    if (path === undefined) Reflect.deleteMetadata(PATH, methodOf(controller, name));
    else Reflect.defineMetadata(PATH, path, methodOf(controller, name));
}

/** A decorator that gives a route a configuration, which {@link routeConfigOf} finds on either adapter. */
export function RouteConfig(config: object): MethodDecorator {
  return SetMetadata(ROUTE_CONFIG, config);
}

/** Adds to the configuration of a route before Nest registers it. */
export function extendRouteConfig(controller: Type, methodName: string, more: object): void {
  const method = methodOf(controller, methodName);
  Reflect.defineMetadata(ROUTE_CONFIG, { ...(routeConfigOf(method) as object), ...more }, method);
}

/** @param handler the function that Nest registered on the router */
export function routeConfigOf(handler: object): unknown {
  return Reflect.getMetadata(ROUTE_CONFIG, handler);
}

function methodOf(controller: Type, name: string): object {
  return (controller.prototype as Record<string, object>)[name]!;
}
