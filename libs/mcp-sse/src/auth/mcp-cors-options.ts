import type { CorsOptions } from '@nestjs/common/interfaces/external/cors-options.interface.js';

/** How long a browser may keep what it was told, in seconds. */
const MAX_AGE = 600;

/**
 * What pages of other origins may do, for `app.enableCors()` or the `cors` option of `NestFactory.create()`: all that an
 * MCP client in a browser sends and reads. The origins must be in the module's `allowedOrigins` too.
 *
 * ```ts
 * app.enableCors(mcpCorsOptions(['https://chat.example.com']));
 * ```
 *
 * @param origins such as `https://chat.example.com`; `*` is every one
 * @param headers that pages may send besides those of MCP, such as `X-API-Key`
 */
export function mcpCorsOptions(origins: readonly string[], headers: readonly string[] = []): CorsOptions {
  return {
    origin: origins.includes('*') ? '*' : [...origins],
    methods: ['GET', 'POST', 'DELETE'],
    allowedHeaders: [
      'Authorization',
      'Content-Type',
      'Last-Event-ID',
      'Mcp-Protocol-Version',
      'Mcp-Session-Id',
      ...headers,
    ],
    exposedHeaders: ['Mcp-Session-Id', 'Retry-After', 'WWW-Authenticate'],
    maxAge: MAX_AGE,
  };
}
