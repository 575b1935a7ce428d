import type { ServerResponse } from 'node:http';

/** Node's response behind that of an adapter: Express's is one, Fastify's reply has one. */
export function rawResponse(response: unknown): ServerResponse {
  return (response as { raw?: ServerResponse }).raw ?? (response as ServerResponse);
}
