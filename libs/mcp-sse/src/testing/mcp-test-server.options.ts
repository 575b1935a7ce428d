import type { McpTestClientOptions } from './mcp-test-client.options.js';

/** How `McpTestClient` starts an application and connects to it. */
export interface McpTestServerOptions extends McpTestClientOptions {
  /** Path of the endpoint, global prefix included; `/mcp` unless given, which serves both transports. */
  path?: string;
}
