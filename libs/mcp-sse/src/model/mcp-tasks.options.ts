import type { McpTaskRunner } from './tasks/mcp-task-runner.js';
import type { McpTaskStorage } from './tasks/mcp-task-store.js';

/** Tasks: calls that go on by themselves, of tools with the option `task`. */
export interface McpTasksOptions {
  /** Where tasks are kept. By default in the memory of this process, with which they end. */
  store?: McpTaskStorage;
  /** What executes tasks. By default the process that made them. */
  runner?: McpTaskRunner;
  /**
   * Milliseconds from its beginning that a task and its result are kept, 3600000 (an hour) by default, 24 days at most.
   * One that still runs then is aborted.
   */
  ttlMs?: number;
  /** Milliseconds that a client should wait before it asks again, 1000 by default. */
  pollIntervalMs?: number;
  /** Most tasks of one principal that are kept at a time, 200 by default. Further calls get an error. */
  maxPerPrincipal?: number;
  /**
   * Most bytes of one task, 1 MiB by default: its arguments, the answers of its client, the results of `ctx.once()`, and its
   * result. A task with more fails.
   */
  maxBytes?: number;
}
