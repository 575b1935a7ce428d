import type { McpConsoleOptions } from './mcp-console.options.js';
import type { ResolvedConsoleOptions } from './resolved-console-options.js';

/** The one place where options of the console get their defaults. */
export function resolveConsoleOptions(options: McpConsoleOptions): ResolvedConsoleOptions {
  return {
    path: options.path ?? 'console',
    enabled: options.enabled ?? process.env['NODE_ENV'] !== 'production',
    roles: options.roles ?? [],
    redact: options.redact ?? [],
  };
}
