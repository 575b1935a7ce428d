import type { ClusterReports } from '../cluster/cluster-reports.js';
import type { McpTaskChange, McpTaskRecord } from './mcp-task-record.js';

/** Where tasks are kept: the option `tasks.store`. */
export interface McpTaskStorage {
  /** A weakness of the connection, and its remedy. Logged as a warning at boot. */
  readonly weakness?: string;

  /**
   * Called once at boot.
   *
   * @param server name of the server; each server has its own tasks
   * @param reports counts and logs failures of background work
   * @throws {McpConfigurationError} if a package that it needs is not installed
   */
  open(server: string, reports: ClusterReports): Promise<McpTaskStore>;
}

/**
 * The tasks of one server. A task expires `ttlMs` after `createdAt`: from then on nobody finds it. Every method may reject
 * with `ClusterUnavailableError`.
 */
export interface McpTaskStore {
  /** Whether tasks outlive this process, so that others may find them. */
  readonly outlives: boolean;

  /**
   * Stores a new task. It has happened when the promise resolves: from then on each node finds the task.
   *
   * @param maxPerOwner most tasks of one owner that have not expired
   * @returns false, without storing it, when the owner has that many. Two calls at the same time cannot exceed it
   */
  create(task: McpTaskRecord, maxPerOwner: number): Promise<boolean>;

  /** @returns undefined when there is none, or it has expired */
  get(id: string): Promise<McpTaskRecord | undefined>;

  /**
   * Changes a task, if it still has the version: of several that change the same version, one succeeds.
   *
   * @returns whether it was changed. If not, it was changed by another, or has expired
   */
  change(id: string, version: number, change: McpTaskChange): Promise<boolean>;

  /**
   * Tells of changes, on whatever node they are made.
   *
   * @param listener gets the id of the task that was created or changed; undefined when changes may have been missed, so
   *   that whoever waits for one must read its task again
   * @returns stops that
   */
  watch(listener: (id: string | undefined) => void): () => void;

  /** Called at shutdown, when nothing uses the store any more. */
  close(): Promise<void>;
}
