import type { McpMetricsOptions } from './mcp-metrics.options.js';

/** Injection token of the {@link ResolvedMetricsOptions}. */
export const METRICS_OPTIONS = Symbol('nestjs-mcp-sse:metrics-options');

/** The options with every default in place. */
export type ResolvedMetricsOptions = Readonly<Required<McpMetricsOptions>>;
