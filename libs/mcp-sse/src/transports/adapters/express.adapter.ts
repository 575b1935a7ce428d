import type { IncomingMessage, ServerResponse } from 'node:http';
import { announcesBody, hideBody, type WatchBody } from '../../http/unread-body.js';
import type { ExpressPrototypes } from '../../nest/express-prototypes.js';
import { configOfHandler } from '../routes/mcp-route.js';
import { ResourceMetadataResponder } from '../routes/resource-metadata.responder.js';

const EXPRESS_4_ROUTER = '_router';

/** The parts of an Express application that are used here. */
export interface ExpressApplication extends ExpressPrototypes {
  use(middleware: (request: ExpressRequest, response: ServerResponse, next: () => void) => void): unknown;
  readonly router: { readonly stack: readonly Layer[] };
}

/** Express 4, which throws where `router` is read. */
interface Express4<L> {
  readonly [EXPRESS_4_ROUTER]?: { readonly stack: readonly L[] };
}

type ExpressRequest = IncomingMessage & { readonly path: string; readonly body?: unknown };

interface Layer {
  readonly route?: {
    readonly path: string;
    readonly stack: readonly { readonly handle: object }[];
  };
  match(path: string): boolean;
}

/**
 * Hides the bodies of requests to our paths from body parsers, and serves the metadata of our resources. Express runs
 * parsers before it routes, so our routes are asked whether a request is theirs.
 */
export function prepareExpress(application: ExpressApplication, watchBody: WatchBody): void {
  let routes: ReadonlyMap<string, Layer> = new Map();
  let metadata: ResourceMetadataResponder | undefined;
  // One middleware does both: Express takes half a microsecond for each.
  application.use((request, response, next) => {
    metadata ??= resourceMetadata(application);
    const hasBody = announcesBody(request);
    if (metadata.answer(request, response, request)) {
      if (hasBody) watchBody(request, response);
      return;
    }
    if (hasBody && request.body === undefined) {
      if (routes.size === 0) routes = ownRoutes(application);
      if (isOwn(request.path, routes)) {
        hideBody(request);
        watchBody(request, response);
      }
    }
    next();
  });
}

/** One layer for each of our paths, with any method. */
function ownRoutes(application: ExpressApplication): ReadonlyMap<string, Layer> {
  const own = layersOf(application).filter(({ route }) =>
    route?.stack.some(({ handle }) => configOfHandler(handle).mcpRoute !== undefined),
  );
  return new Map(own.map((layer) => [layer.route!.path, layer]));
}

/** Whether a request is for one of our routes. Most name the path of one as it was registered. */
function isOwn(path: string, routes: ReadonlyMap<string, Layer>): boolean {
  if (routes.has(path)) return true;
  for (const route of routes.values()) if (route.match(path)) return true;
  return false;
}

function resourceMetadata(application: ExpressApplication): ResourceMetadataResponder {
  const metadata = new ResourceMetadataResponder();
  for (const { route } of layersOf(application))
    for (const { handle } of route?.stack ?? []) {
      const { resource } = configOfHandler(handle);
      if (resource) metadata.add(route!.path, resource);
    }
  return metadata;
}

/** Tells our routes the paths that Express has for them. */
export function noteExpressRoutes(application: ExpressApplication): void {
  for (const { route } of layersOf(application))
    for (const { handle } of route?.stack ?? []) configOfHandler(handle).registered?.add(route!.path);
}

/** The middleware and routes of an application, in order. */
export function layersOf<L>(application: {
  readonly router: { readonly stack: readonly L[] };
}): readonly L[] {
  const { [EXPRESS_4_ROUTER]: router = application.router } = application as Express4<L>;
  return router.stack;
}
