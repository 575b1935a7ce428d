import type { IncomingMessage } from 'node:http';
import { hideBody } from './message-body.js';
import { routeOfConfig } from './mcp-route.js';

/** The parts of Fastify's instance that are used. */
export interface FastifyInstance {
  addHook(name: 'onRoute', hook: (route: FastifyRoute) => void): unknown;
  route(route: FastifyRoute): unknown;
  readonly initialConfig: {
    ignoreTrailingSlash?: boolean;
    routerOptions?: { ignoreTrailingSlash?: boolean };
  };
}

type RequestHook = (request: { raw: IncomingMessage }, reply: unknown, done: () => void) => void;

interface FastifyRoute {
  method: string | string[];
  url: string;
  handler: unknown;
  config?: unknown;
  constraints?: unknown;
  onRequest?: RequestHook | RequestHook[];
}

const hide: RequestHook = ({ raw }, _reply, done) => {
  hideBody(raw);
  done();
};

/** Keeps Fastify from reading what is posted to us, and serves our routes with a trailing slash too, as Express does. */
export function prepareFastify(instance: FastifyInstance): void {
  const { ignoreTrailingSlash, routerOptions } = instance.initialConfig;
  const isSlashIgnored = ignoreTrailingSlash || routerOptions?.ignoreTrailingSlash;
  instance.addHook('onRoute', (route) => {
    if (!routeOfConfig(route.config)) return;
    const { method, url, handler, config, constraints } = route;
    // Fastify makes the route for HEAD itself, for either form of the path.
    if (!url.endsWith('/') && !isSlashIgnored && method !== 'HEAD')
      instance.route({ method, url: `${url}/`, handler, config, constraints });
    // Some clients name a type of content when they end a session, without content: Fastify would refuse that.
    if (method === 'POST' || method === 'DELETE') route.onRequest = [hide, ...[route.onRequest ?? []].flat()];
  });
}
