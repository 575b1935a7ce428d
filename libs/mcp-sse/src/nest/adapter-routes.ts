/**
 * Routes as Nest registers them on an adapter.
 *
 * Read in @nestjs/core 11.2.10 and 12.5.1: `RouterExplorer` calls the adapter's method of the verb, which
 * `RouterMethodFactory` looks up by its name, with the path and a handler that has the metadata of the controller's
 * method. The handler is called with the adapter's request first.
 *
 * If Nest registers routes in another way, endpoints lack the global prefix and the version on adapters other than
 * Express's and Fastify's. The tests of routes fail then.
 */
import 'reflect-metadata';
import type { AbstractHttpAdapter } from '@nestjs/core';
import { noteMatchedPath } from './registered-route.js';

type Handler = (request: object, ...others: unknown[]) => unknown;
type Register = (path: string, handler: Handler) => unknown;

/** The verbs of our routes. */
const VERBS = ['get', 'post', 'delete'] as const;

/**
 * Shows each route that Nest is about to register.
 *
 * @param isOwn whether requests that match the route shall know its path
 */
export function onRoute(
  adapter: AbstractHttpAdapter,
  isOwn: (path: string, handler: object) => boolean,
): void {
  const verbs = adapter as unknown as Record<(typeof VERBS)[number], Register>;
  for (const verb of VERBS) {
    const register = verbs[verb].bind(adapter);
    verbs[verb] = (path, handler) => register(path, isOwn(path, handler) ? noting(path, handler) : handler);
  }
}

function noting(path: string, handler: Handler): Handler {
  const noted: Handler = (request, ...others) => {
    noteMatchedPath(request, path);
    return handler(request, ...others);
  };
  // Adapters read the options of a route from its handler.
  for (const key of Reflect.getMetadataKeys(handler))
    Reflect.defineMetadata(key, Reflect.getMetadata(key, handler), noted);
  return Object.assign(noted, handler);
}
