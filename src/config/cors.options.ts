import type { NestApplicationOptions } from '@nestjs/common';
import { mcpCorsOptions } from 'nestjs-mcp-sse';
import type { Environment } from './environment.js';

/** Allows pages of the listed origins all that an MCP client in a browser needs. */
export function corsOptions({
  CORS_ORIGINS,
  MCP_API_KEY_HEADER,
}: Environment): NestApplicationOptions['cors'] {
  return CORS_ORIGINS.length > 0 && mcpCorsOptions(CORS_ORIGINS, [MCP_API_KEY_HEADER]);
}
