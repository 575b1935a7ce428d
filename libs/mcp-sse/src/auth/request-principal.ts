import { ANONYMOUS, type McpPrincipal } from '../model/principal.js';
import { rawRequest } from '../http/raw-request.js';

/** Kept on the request itself: a WeakMap would cost each of them far more. */
const principalOf = Symbol('nestjs-mcp-sse:principal');

type Carrier = ReturnType<typeof rawRequest> & { [principalOf]?: McpPrincipal };

/** Keeps whom a request acts for once its guards have passed. */
export function setRequestPrincipal(request: unknown, principal: McpPrincipal): void {
  (rawRequest(request) as Carrier)[principalOf] = principal;
}

export function requestPrincipal(request: unknown): McpPrincipal {
  return (rawRequest(request) as Carrier)[principalOf] ?? ANONYMOUS;
}
