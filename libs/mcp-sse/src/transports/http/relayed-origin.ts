import type { McpSseModuleOptions } from '../../model/mcp-sse.options.js';
import type { MessageOrigin } from '../../protocol/message-origin.js';
import { plainJson } from '../../model/plain-json.js';
import { rawRequest } from '../../auth/raw-request.js';
import type { RelayedOrigin } from '../../cluster/cluster-message.js';
import { arrivalOf } from './arrival-of.js';
import type { HttpRequest } from './http-request.js';

/** What guards and handlers look at of a request, besides what has JSON. */
type SeenRequest = HttpRequest & {
  readonly originalUrl?: string;
  readonly ip?: string;
  readonly user?: unknown;
};

/** A request as it is sent to the node that has its session. @param bytes of what it carries */
export function relayedOrigin(request: HttpRequest, bytes: number): RelayedOrigin {
  const { method, url, socket } = rawRequest(request);
  const { query, params, originalUrl = url, ip, user } = request as SeenRequest;
  const { remoteAddress, localAddress } = socket;
  return {
    ...arrivalOf(request),
    params,
    bytes,
    request: {
      method,
      url,
      originalUrl,
      query,
      ip,
      user: plainJson(user),
      socket: { remoteAddress, localAddress },
    },
  };
}

/** Where a message came from that another node has sent on. Its request is plain data. */
export async function restoredOrigin(
  { principal, headers, params, bytes, request: seen }: RelayedOrigin,
  contextFactory: McpSseModuleOptions['contextFactory'],
): Promise<Omit<MessageOrigin, 'streamHeaders'>> {
  const request = { ...seen, headers, params };
  return { principal, headers, params, bytes, request, extras: await contextFactory?.(request) };
}
