import { McpConfigurationError } from '../../model/errors/mcp-configuration.error.js';
import type { ResolvedOptions } from '../../model/resolved-options.js';
import { RoutePath } from '../../http/route-path.js';

/** The routes of one `forRoot` call. */
export interface Routes {
  readonly stream: RoutePath;
  readonly messages: RoutePath;
  /** Undefined when the transport is turned off. */
  readonly http?: RoutePath;
}

/** @throws {McpConfigurationError} when the paths cannot work */
export function routesOf({ sse, http }: ResolvedOptions): Routes {
  const stream = new RoutePath(sse.path, 'sse.path');
  const messages = new RoutePath(sse.messagesPath, 'sse.messagesPath');
  const unknown = messages.parameters.find((name) => !stream.parameters.includes(name));
  if (unknown !== undefined)
    throw new McpConfigurationError(
      `"sse.messagesPath" has the parameter ":${unknown}", which "sse.path" has not, so it has no value.`,
    );
  const routes = http
    ? { stream, messages, http: new RoutePath(http.path, 'http.path') }
    : { stream, messages };
  const options = { stream: 'sse.path', messages: 'sse.messagesPath', http: 'http.path' };
  const seen = new Map<string, keyof Routes>();
  for (const [name, path] of Object.entries(routes) as [keyof Routes, RoutePath][]) {
    const other = seen.get(path.toString());
    if (other)
      throw new McpConfigurationError(
        `"${options[other]}" and "${options[name]}" are both "${path.toString()}".`,
      );
    seen.set(path.toString(), name);
  }
  return routes;
}
