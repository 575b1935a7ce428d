import { assertCounts } from '../model/assert-counts.js';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import { LONGEST_DELAY_MS } from '../model/longest-delay.js';
import type { ResolvedOptions } from '../model/resolved-options.js';

/** @throws {McpConfigurationError} when a member of the option `tasks` cannot work */
export function assertTasks({ store, runner, ...counts }: ResolvedOptions['tasks']): void {
  assertCounts(counts, 'tasks');
  if (counts.ttlMs > LONGEST_DELAY_MS)
    throw new McpConfigurationError(
      `"tasks.ttlMs" is ${counts.ttlMs}, but must be ${LONGEST_DELAY_MS} (24 days) at most.`,
    );
  if (store !== undefined && typeof (store as { open?: unknown } | null)?.open !== 'function')
    throw new McpConfigurationError(
      '"tasks.store" is no store of tasks. Give what redisTaskStore() returns, or leave it out to keep tasks in memory.',
    );
  if (runner !== undefined && typeof (runner as { serve?: unknown } | null)?.serve !== 'function')
    throw new McpConfigurationError(
      '"tasks.runner" executes no tasks. Give what bullmqRunner() returns, or leave it out to execute tasks in this process.',
    );
}
