import { Registry } from 'prom-client';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import type { McpMetricsOptions } from './mcp-metrics.options.js';
import type { ResolvedMetricsOptions } from './resolved-metrics-options.js';

/**
 * The one place where options of metrics get their defaults.
 *
 * @throws {McpConfigurationError} when nobody could read them
 */
export function resolveMetricsOptions({
  registry,
  path = 'metrics',
  guards = [],
}: McpMetricsOptions): ResolvedMetricsOptions {
  if (!registry && path === false)
    throw new McpConfigurationError(
      'McpMetricsModule has no path, and keeps its metrics in a registry that nobody else has. Give it a "path", or ' +
        'the "registry" that the application serves.',
    );
  return { registry: registry ?? new Registry(), path, guards };
}
