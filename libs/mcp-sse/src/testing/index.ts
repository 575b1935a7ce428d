export {
  mcpContext,
  type McpContextOptions,
  type McpLoggedMessage,
  type McpReportedProgress,
  type McpSentMessages,
  type McpTestContext,
} from './mcp-context.js';
export { type McpMatchers, mcpMatchers } from './mcp-matchers.js';
export { McpTestClient } from './mcp-test-client.js';
export type {
  McpMemoryClientOptions,
  McpTestClientOptions,
  McpTestServerOptions,
} from './mcp-test-client.options.js';
export type { McpTestPrincipal, McpTestRequestOptions } from './test-request.js';
export type { McpTestSource } from './tested-application.js';
export { textOf } from './text-of.js';
