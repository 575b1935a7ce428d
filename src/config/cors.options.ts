import type { NestApplicationOptions } from '@nestjs/common';
import { mcpCorsOptions } from 'nestjs-mcp-sse';
import type { Environment } from './environment.js';

/** What pages of other origins may do: all that an MCP client in a browser needs, or nothing. */
export function corsOptions({
  CORS_ORIGINS,
  MCP_API_KEY_HEADER,
}: Environment): NestApplicationOptions['cors'] {
  return CORS_ORIGINS.length > 0 && mcpCorsOptions(CORS_ORIGINS, [MCP_API_KEY_HEADER]);
}
