import type { NestApplicationOptions } from '@nestjs/common';
import type { Environment } from './environment.js';

/** What pages of other origins may do: all that an MCP client in a browser needs, or nothing. */
export function corsOptions({ CORS_ORIGINS }: Environment): NestApplicationOptions['cors'] {
  if (CORS_ORIGINS.length === 0) return false;
  return {
    origin: CORS_ORIGINS,
    methods: ['GET', 'POST', 'DELETE'],
    allowedHeaders: [
      'Authorization',
      'Content-Type',
      'X-API-Key',
      'Last-Event-ID',
      'MCP-Protocol-Version',
      'Mcp-Session-Id',
    ],
    exposedHeaders: ['WWW-Authenticate', 'Mcp-Session-Id'],
    maxAge: 600,
  };
}
