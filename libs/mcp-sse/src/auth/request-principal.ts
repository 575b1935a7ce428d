import { ANONYMOUS, type McpPrincipal } from '../model/principal.js';
import { rawRequest } from './raw-request.js';

const principals = new WeakMap<object, McpPrincipal>();

/** Keeps whom a request acts for once its guards have passed. */
export function setRequestPrincipal(request: unknown, principal: McpPrincipal): void {
  principals.set(rawRequest(request), principal);
}

export function requestPrincipal(request: unknown): McpPrincipal {
  return principals.get(rawRequest(request)) ?? ANONYMOUS;
}
