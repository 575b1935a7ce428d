import type { IncomingMessage } from 'node:http';

/** Node's request behind that of an adapter: Express's is one, Fastify's has one. */
export function rawRequest(request: unknown): IncomingMessage {
  return (request as { raw?: IncomingMessage }).raw ?? (request as IncomingMessage);
}
