import type { IncomingMessage } from 'node:http';

/** What the requests of all adapters have. */
export interface HttpRequest {
  readonly query: Readonly<Record<string, unknown>>;
  readonly params: Readonly<Record<string, string>>;
}

/** Node's request behind an adapter's: Express's request is one, Fastify's has one as `raw`. Nest asks for either. */
export function rawRequest(request: unknown): IncomingMessage {
  return (request as { raw?: IncomingMessage }).raw ?? (request as IncomingMessage);
}
