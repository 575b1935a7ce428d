import { McpConfigurationError } from './errors/mcp-configuration.error.js';

/**
 * @param counts members of a group of options
 * @throws {McpConfigurationError} unless each is a whole number above 0
 */
export function assertCounts(counts: object, group: string): void {
  for (const [name, count] of Object.entries(counts) as [string, unknown][])
    if (!Number.isSafeInteger(count) || (count as number) < 1)
      throw new McpConfigurationError(
        `"${group}.${name}" is ${String(count)}, but must be a whole number above 0.`,
      );
}
