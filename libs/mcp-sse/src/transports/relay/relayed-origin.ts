import { requestPrincipal } from '../../auth/request-principal.js';
import { rawRequest, type HttpRequest } from '../../http/raw-request.js';
import { andThen } from '../../model/and-then.js';
import type { McpSseModuleOptions } from '../../model/mcp-sse.options.js';
import { plainJson } from '../../model/plain-json.js';
import type { McpPrincipal } from '../../model/principal.js';
import type { MessageOrigin } from '../../protocol/call-port.js';
import type { RelayedOrigin } from '../../cluster/cluster-message.js';
import type { Arrival } from '../../cluster/remote-session.js';

/** What guards and handlers look at in a request, besides what has JSON. */
type SeenRequest = HttpRequest & {
  readonly originalUrl?: string;
  readonly ip?: string;
  readonly user?: unknown;
};

type RestoredOrigin = Omit<MessageOrigin, 'streamHeaders'>;

/** The client behind a request, as the node that owns its session is told. */
export function relayedClient(request: unknown): Arrival {
  const principal = requestPrincipal(request);
  const claims = plainJson(principal.claims) as McpPrincipal['claims'];
  return { principal: { ...principal, claims }, headers: rawRequest(request).headers };
}

/**
 * A POST, as it is sent to the node that owns its session.
 *
 * @param bytes of its body
 */
export function relayedOrigin(request: HttpRequest, bytes: number): RelayedOrigin {
  const { method, url, socket } = rawRequest(request);
  const { query, params, originalUrl = url, ip, user } = request as SeenRequest;
  const { remoteAddress, localAddress } = socket;
  const { principal, headers } = relayedClient(request);
  const isClaims = user === requestPrincipal(request).claims;
  return {
    principal,
    headers,
    params,
    bytes,
    request: {
      method,
      url,
      originalUrl,
      query,
      ip,
      user: isClaims ? principal.claims : plainJson(user),
      socket: { remoteAddress, localAddress },
    },
  };
}

/** The origin of a message that another node relayed. Its request is plain data. */
export function restoredOrigin(
  { principal, headers, params, bytes, request: seen }: RelayedOrigin,
  contextFactory: McpSseModuleOptions['contextFactory'],
): RestoredOrigin | Promise<RestoredOrigin> {
  const request = { ...seen, headers, params };
  return andThen(contextFactory?.(request), (extras) => ({
    principal,
    headers,
    params,
    bytes,
    request,
    extras,
  }));
}
