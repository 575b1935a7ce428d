/** Who the server is, for MCP clients and in the health report. */
export const SERVER_INFO = {
  name: 'nestjs-mcp-sse-example',
  version: '0.1.0',
} as const;
