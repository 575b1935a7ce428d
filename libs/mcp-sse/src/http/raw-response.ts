import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { closeWithConnection } from './pipelined-close.js';

/** What Fastify's reply has; Express's response is Node's own. The reply of another adapter may have less. */
interface Reply {
  readonly raw: ServerResponse;
  getHeaders?(): OutgoingHttpHeaders;
  hijack?(): void;
}

/** Node's response behind an adapter's: Express's response is one, Fastify's reply has one as `raw`. */
export function rawResponse(response: unknown): ServerResponse {
  return (response as { raw?: ServerResponse }).raw ?? (response as ServerResponse);
}

/**
 * Takes a response from its adapter, for a route that writes the answer itself.
 *
 * @returns Node's response, with the headers that middleware has set
 */
export function hijackResponse(response: unknown): ServerResponse {
  const raw = rawResponse(response);
  closeWithConnection(raw);
  if (raw === response) return raw;
  const reply = response as Reply;
  reply.hijack?.();
  if (raw.headersSent) return raw;
  for (const [name, value] of Object.entries(reply.getHeaders?.() ?? {}))
    if (value !== undefined) raw.setHeader(name, value);
  return raw;
}
