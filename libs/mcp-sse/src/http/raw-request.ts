import type { IncomingMessage } from 'node:http';

/** What the requests of both adapters have. */
export interface HttpRequest {
  readonly query: Readonly<Record<string, unknown>>;
  readonly params: Readonly<Record<string, string>>;
}

/** Node's request behind an adapter's: Express's request is one, Fastify's request has one. */
export function rawRequest(request: unknown): IncomingMessage {
  return (request as { raw?: IncomingMessage }).raw ?? (request as IncomingMessage);
}
