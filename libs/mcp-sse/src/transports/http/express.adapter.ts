import type { IncomingMessage, ServerResponse } from 'node:http';
import { hideBody } from './message-body.js';
import { routeOfHandler } from './mcp-route.js';

/** The parts of Express's application that are used. */
export interface ExpressApplication {
  use(middleware: (request: ExpressRequest, response: ServerResponse, next: () => void) => void): unknown;
  readonly router: { readonly stack: readonly Layer[] };
}

type ExpressRequest = IncomingMessage & { readonly path: string; readonly body?: unknown };

interface Layer {
  readonly route?: { readonly stack: readonly { readonly handle: object; readonly method?: string }[] };
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
}

function postRoutes({ router }: ExpressApplication): Layer[] {
  return router.stack.filter(({ route }) =>
    route?.stack.some(({ handle, method }) => method === 'post' && routeOfHandler(handle) !== undefined),
  );
}
