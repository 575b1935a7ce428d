import type { IncomingMessage, ServerResponse } from 'node:http';
import { announcesBody, hideBody, type WatchBody } from '../../http/unread-body.js';
import { configOfRoute } from '../routes/mcp-route.js';
import { pathSegments, requestedSegments, segmentsMatch } from '../../http/route-path.js';
import { ResourceMetadataResponder } from '../routes/resource-metadata.responder.js';

/** The parts of a Fastify instance that are used here. */
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

interface Request {
  readonly raw: IncomingMessage;
  /** Whether no route serves the request. */
  readonly is404: boolean;
}

type RequestHook = (request: Request, reply: Reply, done: () => void) => void;

interface FastifyRoute {
  method: string | string[];
  url: string;
  handler: unknown;
  config?: unknown;
  constraints?: unknown;
  onRequest?: RequestHook | RequestHook[];
}

/**
 * Keeps Fastify from reading the bodies of requests to our paths, serves our routes with a trailing slash too, as Express
 * does, and serves the metadata of our resources.
 */
export function prepareFastify(instance: FastifyInstance, watchBody: WatchBody): void {
  const { ignoreTrailingSlash, routerOptions } = instance.initialConfig;
  const isSlashIgnored = ignoreTrailingSlash || routerOptions?.ignoreTrailingSlash;
  const metadata = new ResourceMetadataResponder();
  const paths: (readonly string[])[] = [];
  const hide: RequestHook = ({ raw }, { raw: response }, done) => {
    // Some clients send a Content-Type without content when they end a session: Fastify would refuse that.
    if (announcesBody(raw)) {
      hideBody(raw);
      watchBody(raw, response);
    }
    done();
  };
  const isOwn = (raw: IncomingMessage) => {
    const requested = requestedSegments(raw);
    return paths.some((path) => segmentsMatch(path, requested));
  };
  instance.addHook('onRequest', (request, reply, done) => {
    const { raw } = request;
    // No route serves another method, or a parameter that is too long.
    if (announcesBody(raw) && request.is404 && isOwn(raw)) hide(request, reply, done);
    else done();
  });
  instance.addHook('onRequest', (request, reply, done) => {
    const { raw } = request;
    if (!metadata.answer(raw, reply.raw, request)) return done();
    reply.hijack();
    if (announcesBody(raw)) watchBody(raw, reply.raw);
  });
  instance.addHook('onRoute', (route) => {
    const { mcpRoute, resource, registered } = configOfRoute(route.config);
    if (!mcpRoute) return;
    registered?.add(route.url);
    if (resource) metadata.add(route.url, resource);
    const { method, url, handler, config, constraints } = route;
    // Fastify adds the HEAD route itself, for both forms of the path.
    if (!url.endsWith('/') && !isSlashIgnored && method !== 'HEAD')
      instance.route({ method, url: `${url}/`, handler, config, constraints });
    paths.push(pathSegments(url));
    // The HEAD route is a copy of the GET route.
    route.onRequest = [hide, ...[route.onRequest ?? []].flat().filter((hook) => hook !== hide)];
  });
}
