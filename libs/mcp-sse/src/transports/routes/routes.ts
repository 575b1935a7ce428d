import { McpConfigurationError } from '../../model/errors/mcp-configuration.error.js';
import type { ResolvedOptions } from '../../model/resolved-options.js';
import { RegisteredRoute } from '../../nest/registered-route.js';
import { RoutePath } from '../../http/route-path.js';

/** Where a client opens its stream, and where it posts its messages. */
export interface RoutePair {
  readonly stream: RegisteredRoute;
  readonly messages: RegisteredRoute;
}

/** The routes of one `forRoot` call. */
export interface Routes {
  readonly sse: RoutePair;
  /** Undefined when the transport is turned off. */
  readonly http?: RoutePair;
}

/** What Nest registers is known to whoever has the options of a server. */
const known = new WeakMap<ResolvedOptions, Routes>();

/** @throws {McpConfigurationError} when the paths cannot work */
export function routesOf(options: ResolvedOptions): Routes {
  const found = known.get(options);
  if (found) return found;
  const { stream, messages, http } = pathsOf(options);
  const routes = { sse: pair(stream, messages), http: http && pair(http, http) };
  known.set(options, routes);
  return routes;
}

/** @throws {McpConfigurationError} when an endpoint would have a parameter that no request gives a value */
export function assertComplete({ sse, http }: Routes): void {
  for (const { stream, messages } of http ? [sse, http] : [sse]) {
    const path = stream.withoutValue(messages);
    if (path !== undefined)
      throw new McpConfigurationError(
        `Messages are posted to "${path}", which has a parameter that the path of the stream lacks, so it has no value. ` +
          'Name both routes in "exclude" of setGlobalPrefix(), or none of them.',
      );
  }
}

function pair(stream: RoutePath, messages: RoutePath): RoutePair {
  return { stream: new RegisteredRoute(stream), messages: new RegisteredRoute(messages) };
}

interface Paths {
  readonly stream: RoutePath;
  readonly messages: RoutePath;
  readonly http?: RoutePath;
}

function pathsOf({ sse, http }: ResolvedOptions): Paths {
  const stream = new RoutePath(sse.path, 'sse.path');
  const messages = new RoutePath(sse.messagesPath, 'sse.messagesPath');
  const unknown = messages.parameters.find((name) => !stream.parameters.includes(name));
  if (unknown !== undefined)
    throw new McpConfigurationError(
      `"sse.messagesPath" has the parameter ":${unknown}", which "sse.path" has not, so it has no value.`,
    );
  const paths = http
    ? { stream, messages, http: new RoutePath(http.path, 'http.path') }
    : { stream, messages };
  const options = { stream: 'sse.path', messages: 'sse.messagesPath', http: 'http.path' };
  const seen = new Map<string, keyof Paths>();
  for (const [name, path] of Object.entries(paths) as [keyof Paths, RoutePath][]) {
    const other = seen.get(path.toString());
    if (other)
      throw new McpConfigurationError(
        `"${options[other]}" and "${options[name]}" are both "${path.toString()}".`,
      );
    seen.set(path.toString(), name);
  }
  return paths;
}
