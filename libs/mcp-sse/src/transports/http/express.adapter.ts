import type { IncomingMessage, ServerResponse } from 'node:http';
import { hideBody } from './message-body.js';
import { configOfHandler } from './mcp-route.js';
import { ResourceMetadataResponder } from './resource-metadata.responder.js';

/** The parts of Express's application that are used. */
export interface ExpressApplication {
  use(middleware: (request: ExpressRequest, response: ServerResponse, next: () => void) => void): unknown;
  readonly router: { readonly stack: readonly Layer[] };
  /** The prototypes of what it handles. */
  request: object;
  response: object;
}

type ExpressRequest = IncomingMessage & { readonly path: string; readonly body?: unknown };

interface Layer {
  readonly route?: {
    readonly path: string;
    readonly stack: readonly { readonly handle: object; readonly method?: string }[];
  };
  match(path: string): boolean;
}

/** Express runs body parsers before it routes, so what is ours is found by asking the routes themselves. */
export function prepareExpress(application: ExpressApplication): void {
  let routes: readonly Layer[] = [];
  application.use((request, _response, next) => {
    if (request.method === 'POST' && request.body === undefined) {
      if (routes.length === 0) routes = postRoutes(application);
      if (routes.some((route) => route.match(request.path))) hideBody(request);
    }
    next();
  });
  let metadata: ResourceMetadataResponder | undefined;
  application.use((request, response, next) => {
    metadata ??= resourceMetadata(application);
    if (!metadata.answer(request, response, request)) next();
  });
}

function postRoutes({ router }: ExpressApplication): Layer[] {
  return router.stack.filter(({ route }) =>
    route?.stack.some(
      ({ handle, method }) => method === 'post' && configOfHandler(handle).mcpRoute !== undefined,
    ),
  );
}

function resourceMetadata({ router }: ExpressApplication): ResourceMetadataResponder {
  const metadata = new ResourceMetadataResponder();
  for (const { route } of router.stack)
    for (const { handle, method } of route?.stack ?? []) {
      const { resource } = configOfHandler(handle);
      if (resource && method === 'get') metadata.add(route!.path, resource);
    }
  return metadata;
}
