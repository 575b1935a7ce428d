import type { McpConsoleOptions } from 'nestjs-mcp-sse/console';
import type { Environment } from './environment.js';

/** The options of the console, from the environment. */
export function consoleOptions({ MCP_CONSOLE, MCP_CONSOLE_ROLES }: Environment): McpConsoleOptions {
  return {
    path: 'console',
    enabled: MCP_CONSOLE === undefined ? process.env['NODE_ENV'] !== 'production' : MCP_CONSOLE === 'on',
    roles: MCP_CONSOLE_ROLES,
  };
}
