import type { CorsOptions } from '@nestjs/common/interfaces/external/cors-options.interface.js';

/** How long a browser may cache the answer to a preflight, in seconds. */
const MAX_AGE = 600;

/**
 * CORS options for `app.enableCors()` or the `cors` option of `NestFactory.create()`: they allow every header that an MCP
 * client in a browser sends and reads. List the origins in the module's `allowedOrigins` too.
 *
 * ```ts
 * app.enableCors(mcpCorsOptions(['https://chat.example.com']));
 * ```
 *
 * @param origins such as `https://chat.example.com`; `*` allows all
 * @param headers further headers that pages may send besides MCP's, such as `X-API-Key`
 */
export function mcpCorsOptions(origins: readonly string[], headers: readonly string[] = []): CorsOptions {
  return {
    origin: origins.includes('*') ? '*' : [...origins],
    methods: ['GET', 'POST', 'DELETE'],
    allowedHeaders: [
      'Authorization',
      'Content-Type',
      'Last-Event-ID',
      'Mcp-Method',
      'Mcp-Name',
      'Mcp-Protocol-Version',
      'Mcp-Session-Id',
      ...headers,
    ],
    exposedHeaders: ['Mcp-Session-Id', 'Retry-After', 'WWW-Authenticate'],
    maxAge: MAX_AGE,
  };
}
