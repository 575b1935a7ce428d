export { McpTestClient } from './mcp-test-client.js';
export type { McpTestClientOptions } from './mcp-test-client.options.js';
export type { McpTestServerOptions } from './mcp-test-client.options.js';
export { textOf } from './text-of.js';
