export { McpTracingModule } from './mcp-tracing.module.js';
