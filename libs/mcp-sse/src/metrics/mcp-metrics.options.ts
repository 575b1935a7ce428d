import { type CanActivate, ConfigurableModuleBuilder, type Type } from '@nestjs/common';
import type { Registry } from 'prom-client';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import { promClient } from './prom-client.js';

/** Options of `McpMetricsModule.forRoot()`. */
export interface McpMetricsOptions {
  /** Registry for the metrics, such as prom-client's `register`. Default: a new one. */
  registry?: Registry;
  /** Path that serves the registry. Default: `metrics`. `false` serves none, for an application that serves it itself. */
  path?: string | false;
  /** Guards of that path. Without guards only this machine may read the metrics, as they name the server's tools. */
  guards?: readonly (Type<CanActivate> | CanActivate)[];
}

/** Injection token of the {@link ResolvedMetricsOptions}. */
export const METRICS_OPTIONS = Symbol('nestjs-mcp-sse:metrics-options');

/** The options with every default in place. */
export type ResolvedMetricsOptions = Readonly<Required<McpMetricsOptions>>;

/**
 * The one place where the options get their defaults.
 *
 * @throws {McpConfigurationError} if prom-client is not installed, or nobody could read the metrics
 */
export async function resolveMetricsOptions({
  registry,
  path = 'metrics',
  guards = [],
}: McpMetricsOptions): Promise<ResolvedMetricsOptions> {
  const { Registry } = await promClient.load('McpMetricsModule');
  if (!registry && path === false)
    throw new McpConfigurationError(
      'McpMetricsModule has neither a "path" nor a "registry", so nobody could read its metrics. Set "path", or pass ' +
        'the "registry" that the application serves.',
    );
  return { registry: registry ?? new Registry(), path, guards };
}

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN, OPTIONS_TYPE, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<McpMetricsOptions>().setClassMethodName('forRoot').build();
