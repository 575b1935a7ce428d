/** Name and version of the server, for MCP clients and the health report. */
export const SERVER_INFO = {
  name: 'nestjs-mcp-sse-example',
  version: '0.1.0',
} as const;
