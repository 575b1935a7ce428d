export { McpConsoleModule } from './mcp-console.module.js';
export type { McpConsoleOptions } from './mcp-console.options.js';
