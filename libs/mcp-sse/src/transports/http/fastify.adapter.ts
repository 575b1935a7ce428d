import type { IncomingMessage, ServerResponse } from 'node:http';
import { hideBody } from './message-body.js';
import { configOfRoute } from './mcp-route.js';
import { ResourceMetadataResponder } from './resource-metadata.responder.js';

/** The parts of Fastify's instance that are used. */
export interface FastifyInstance {
  addHook(name: 'onRoute', hook: (route: FastifyRoute) => void): unknown;
  addHook(name: 'onRequest', hook: RequestHook): unknown;
  route(route: FastifyRoute): unknown;
  readonly initialConfig: {
    ignoreTrailingSlash?: boolean;
    routerOptions?: { ignoreTrailingSlash?: boolean };
  };
}

interface Reply {
  readonly raw: ServerResponse;
  hijack(): void;
}

type RequestHook = (request: { raw: IncomingMessage }, reply: Reply, done: () => void) => void;

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

/**
 * Keeps Fastify from reading what is posted to us, serves our routes with a trailing slash too, as Express does, and
 * the metadata of our resources.
 */
export function prepareFastify(instance: FastifyInstance): void {
  const { ignoreTrailingSlash, routerOptions } = instance.initialConfig;
  const isSlashIgnored = ignoreTrailingSlash || routerOptions?.ignoreTrailingSlash;
  const metadata = new ResourceMetadataResponder();
  instance.addHook('onRequest', (request, reply, done) => {
    if (metadata.answer(request.raw, reply.raw, request)) reply.hijack();
    else done();
  });
  instance.addHook('onRoute', (route) => {
    const { mcpRoute, resource } = configOfRoute(route.config);
    if (!mcpRoute) return;
    if (resource && route.method === 'GET') metadata.add(route.url, resource);
    const { method, url, handler, config, constraints } = route;
    // Fastify makes the route for HEAD itself, for either form of the path.
    if (!url.endsWith('/') && !isSlashIgnored && method !== 'HEAD')
      instance.route({ method, url: `${url}/`, handler, config, constraints });
    // Some clients name a type of content when they end a session, without content: Fastify would refuse that.
    if (method === 'POST' || method === 'DELETE') route.onRequest = [hide, ...[route.onRequest ?? []].flat()];
  });
}
