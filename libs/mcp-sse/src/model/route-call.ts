import type { McpCall } from './call.js';

/** Where a request of a call to a route keeps the call: clients cannot send it. The same in each copy of the library. */
const ROUTE_CALL = Symbol.for('nestjs-mcp-sse:route-call');

/** A call that an application answers by one of its own routes. */
export interface RouteCall {
  readonly call: McpCall;
  /** The controller and the method that the tool is. */
  readonly controller: unknown;
  readonly method: unknown;
  /** Whether the request came to that method. */
  isReached: boolean;
}

interface CarryingRequest {
  [ROUTE_CALL]?: RouteCall;
}

/** @param request of Node */
export function carryRouteCall(request: object, call: RouteCall): void {
  (request as CarryingRequest)[ROUTE_CALL] = call;
}

/** @param request of Express, Fastify or Node */
export function routeCallOf(request: object): RouteCall | undefined {
  const { raw = request } = request as { raw?: object };
  return (raw as CarryingRequest)[ROUTE_CALL];
}
