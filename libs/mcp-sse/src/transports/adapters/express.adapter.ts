import type { IncomingMessage, ServerResponse } from 'node:http';
import { announcesBody, hideBody, type WatchBody } from '../../http/unread-body.js';
import type { ExpressPrototypes } from '../../nest/express-prototypes.js';
import { configOfHandler } from '../routes/mcp-route.js';
import { ResourceMetadataResponder } from '../routes/resource-metadata.responder.js';

/** The parts of Express's application that are used. */
export interface ExpressApplication extends ExpressPrototypes {
  use(middleware: (request: ExpressRequest, response: ServerResponse, next: () => void) => void): unknown;
  readonly router: { readonly stack: readonly Layer[] };
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
 * Keeps body parsers from what is sent to our paths, by whatever method. Express runs them before it routes, so what is
 * ours is found by asking the routes themselves.
 */
export function prepareExpress(application: ExpressApplication, watchBody: WatchBody): void {
  let routes: readonly Layer[] = [];
  application.use((request, response, next) => {
    if (request.body === undefined && announcesBody(request)) {
      if (routes.length === 0) routes = ownRoutes(application);
      if (routes.some((route) => route.match(request.path))) {
        hideBody(request);
        watchBody(request, response);
      }
    }
    next();
  });
  let metadata: ResourceMetadataResponder | undefined;
  application.use((request, response, next) => {
    metadata ??= resourceMetadata(application);
    if (!metadata.answer(request, response, request)) return next();
    if (announcesBody(request)) watchBody(request, response);
  });
}

/** One for each of our paths, whatever methods it serves. */
function ownRoutes({ router }: ExpressApplication): Layer[] {
  const own = router.stack.filter(({ route }) =>
    route?.stack.some(({ handle }) => configOfHandler(handle).mcpRoute !== undefined),
  );
  return [...new Map(own.map((layer) => [layer.route!.path, layer])).values()];
}

function resourceMetadata({ router }: ExpressApplication): ResourceMetadataResponder {
  const metadata = new ResourceMetadataResponder();
  for (const { route } of router.stack)
    for (const { handle } of route?.stack ?? []) {
      const { resource } = configOfHandler(handle);
      if (resource) metadata.add(route!.path, resource);
    }
  return metadata;
}

/** Tells our routes under which paths Express has them. */
export function noteExpressRoutes({ router }: ExpressApplication): void {
  for (const { route } of router.stack)
    for (const { handle } of route?.stack ?? []) configOfHandler(handle).registered?.add(route!.path);
}
