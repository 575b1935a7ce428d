export { McpMetricsModule } from './mcp-metrics.module.js';
export type { McpMetricsOptions } from './mcp-metrics.options.js';
