import { ANONYMOUS, type McpPrincipal } from '../model/principal.js';
import type { LocalRequest } from '../transports/stdio/local-client.js';

/** A principal of which only the subject must be given. */
export type McpTestPrincipal = Pick<McpPrincipal, 'subject'> & Partial<McpPrincipal>;

/** Who makes a call, and what its request would have over HTTP. */
export interface McpTestRequestOptions {
  /**
   * The user or client that the calls act for. Guards find its claims as `request.user`. Default: the anonymous principal
   * of an application without authentication.
   */
  principal?: McpTestPrincipal;
  /** Headers of the request, for guards and handlers that read them. Default: none. */
  headers?: Record<string, string>;
  /** Parameters of the route, such as `{ tenant: 'acme' }` for `/:tenant/mcp`. Default: none. */
  params?: Record<string, string>;
}

/** Fills in what a test leaves out. @throws {TypeError} without a subject */
export function principalOf(given: McpTestPrincipal | undefined): McpPrincipal {
  if (!given) return ANONYMOUS;
  const { subject, issuer, tenant, scopes = [], roles = [], claims } = given;
  if (typeof subject !== 'string' || subject === '')
    throw new TypeError(
      `"principal" has no subject. Give it one, such as { subject: 'ada', roles: ['admin'] }.`,
    );
  const named = { sub: subject, iss: issuer, tenant, scopes, roles };
  const known = Object.entries(named).filter(([, value]) => value !== undefined);
  return { ...given, scopes, roles, claims: { ...Object.fromEntries(known), ...claims } };
}

/** @param principal of {@link principalOf} */
export function requestOf(
  principal: McpPrincipal,
  { headers = {}, params = {} }: McpTestRequestOptions,
): LocalRequest {
  const lowerCased = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return {
    headers: Object.fromEntries(lowerCased) as Record<string, string>,
    query: {},
    params,
    user: principal === ANONYMOUS ? undefined : { ...principal.claims },
  };
}
