import { EventEmitter } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import type { AbstractHttpAdapter } from '@nestjs/core';
import { rawRequest } from '../../http/raw-request.js';
import { rawResponse } from '../../http/raw-response.js';
import { pathSegments, routedSegments, segmentsMatch } from '../../http/route-path.js';
import { announcesBody, hideBody, type WatchBody } from '../../http/unread-body.js';
import { thrownText } from '../../model/error-text.js';
import { McpConfigurationError } from '../../model/errors/mcp-configuration.error.js';
import { onRoute } from '../../nest/adapter-routes.js';
import { configOfHandler } from '../routes/mcp-route.js';
import { ResourceMetadataResponder } from '../routes/resource-metadata.responder.js';
import { AdapterProbe } from './adapter-probe.js';

/**
 * Does what the files beside this one do, for any other adapter. It relies on what Nest asks of all of them (`HttpServer`
 * in @nestjs/common 12.5.1): `use()` takes middleware with `(request, response, next)`, and both are Node's own or have
 * Node's as `raw`.
 *
 * Nest's `NodeAdapter` is one of them. Read in the source of @nestjs/platform-node 12.1.2: its `getType()` is `node`. Its
 * requests and responses are subclasses of Node's, with `originalUrl`, `params`, `query` and `ip`, which knows no trusted
 * proxies. They do not know the route that they matched. Middleware runs in the order of `use()`, and body parsers are
 * middleware that passes by what has no Content-Length or Transfer-Encoding. Paths are matched decoded, with or without a
 * trailing slash, with their case; a GET route serves HEAD; a parameter has 100 characters at most.
 *
 * @returns checks the adapter, once it has its server; rejects with a McpConfigurationError
 */
export function prepareOther(adapter: AbstractHttpAdapter, watchBody: WatchBody): () => Promise<void> {
  const paths: (readonly string[])[] = [];
  const metadata = new ResourceMetadataResponder();
  const probe = new AdapterProbe();
  const isOwn = (raw: IncomingMessage) => {
    const requested = routedSegments(raw);
    return paths.some((path) => segmentsMatch(path, requested));
  };
  const middleware = (request: { readonly body?: unknown }, response: object, next: () => void): void => {
    const raw = rawRequest(request);
    const answer = rawResponse(response);
    if (probe.takes(raw, answer)) return;
    const isAnswered = metadata.answer(raw, answer, request);
    if (announcesBody(raw)) {
      const isHidden = !isAnswered && request.body === undefined && isOwn(raw);
      if (isHidden) hideBody(raw);
      if (isHidden || isAnswered) watchBody(raw, answer);
    }
    if (!isAnswered) next();
  };
  try {
    adapter.use(middleware);
  } catch (error) {
    return () => Promise.reject(unusable(adapter, `its use() fails: ${thrownText(error).message}`));
  }
  onRoute(adapter, (path, handler) => {
    const { mcpRoute, resource, registered } = configOfHandler(handler);
    if (!mcpRoute) return false;
    registered?.add(path);
    if (resource) metadata.add(path, resource);
    paths.push(pathSegments(path));
    return true;
  });
  return async () => {
    const server = adapter.getHttpServer() as Server | undefined;
    // Without a server of its own, as on a platform that runs functions, it is not known yet who calls the adapter.
    if (!server || adapter.getType() === 'node') return;
    if (!(server instanceof EventEmitter)) throw unusable(adapter, "its server is not Node's");
    if (!(await probe.run(server)))
      throw unusable(adapter, 'it gives middleware and routes other requests and responses than Node has');
  };
}

function unusable({ constructor }: AbstractHttpAdapter, why: string): McpConfigurationError {
  return new McpConfigurationError(
    `McpSseModule cannot serve HTTP by ${constructor.name}: ${why}. Use ExpressAdapter, FastifyAdapter, or an adapter ` +
      'such as Nest\'s NodeAdapter, whose middleware gets Node\'s request and response, themselves or as "raw".',
  );
}
