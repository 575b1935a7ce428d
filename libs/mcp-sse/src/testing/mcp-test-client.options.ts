import type { ClientCapabilities } from '@modelcontextprotocol/sdk/types.js';

/** How `McpTestClient` connects. */
export interface McpTestClientOptions {
  /** Default: `streamable-http`. */
  transport?: 'streamable-http' | 'sse';
  /** Headers of every request, such as `{ authorization: 'Bearer …' }`. */
  headers?: Record<string, string>;
  /** Capabilities that the client declares, such as `{ elicitation: {} }`. Default: none. */
  capabilities?: ClientCapabilities;
}

/** How `McpTestClient` starts an application and connects to it. */
export interface McpTestServerOptions extends McpTestClientOptions {
  /** Path of the endpoint, including the global prefix. Default: `/mcp`, which serves both transports. */
  path?: string;
}
