import type { ClusterReports } from '../cluster/cluster-reports.js';
import type { McpTaskRecord } from './mcp-task-record.js';

/** What executes tasks: the option `tasks.runner`. */
export interface McpTaskRunner {
  /** A weakness of the connection, and its remedy. Logged as a warning at boot. */
  readonly weakness?: string;

  /**
   * Milliseconds after which a task whose worker gives no sign of life fails. Given by a runner that does not notice
   * itself when a worker dies; the executor then gives the signs of life.
   */
  readonly leaseMs?: number;

  /** Called once at boot, when tools can be called. @param server name of the server */
  serve(server: string, executor: McpTaskExecutor, reports: ClusterReports): Promise<McpTaskQueue>;
}

/** The tasks of one server that wait for a worker. */
export interface McpTaskQueue {
  /**
   * Has a task executed, soon and once. Called for a new task, and again when its client has answered a task whose execution
   * ended as `waiting`. It is certain when the promise resolves: a crash of this process does not lose it, as far as the
   * runner promises that.
   */
  start(task: McpTaskRecord): Promise<void>;

  /**
   * Called at shutdown, once. Resolves when no task is executed here any more: those that are may end until the deadline
   * aborts. `start()` may still be called meanwhile, since requests arrive during a drain: a runner with workers elsewhere
   * goes on taking tasks.
   */
  close(deadline: AbortSignal): Promise<void>;
}

/** How a task is executed this time. */
export interface McpTaskAttempt {
  /** How often it has been started because earlier attempts failed, from 1. */
  readonly attempt: number;
  /** Whether a failure is final. Otherwise the runner starts the task again, and its client sees it working. */
  readonly isLast: boolean;
  /**
   * Milliseconds that the handler may wait in memory for its client's answers. Then the execution ends as `waiting`, and
   * the handler runs again from its start once they are there, with what it was answered and what `ctx.once()` returned.
   */
  readonly holdMs: number;
  /** Aborts when this worker gives the task up. The handler is aborted, and the task stays as it is. */
  readonly signal: AbortSignal;
}

/** `ended`: nothing remains to do. `waiting`: it is started again when its client has answered. */
export type McpTaskOutcome = 'ended' | 'waiting';

/** Executes tasks. The library calls the tool through its whole pipeline, as for any call. */
export interface McpTaskExecutor {
  /**
   * Executes a task from the start of its handler, if there is something to do: a task that has ended or expired counts as
   * `ended` at once. A cancellation on any node reaches the handler through the store.
   *
   * An error that the client shall see ends the task: bad arguments, an exception of the protocol or with a status below
   * 500. So does any other error in the last attempt.
   *
   * @throws what the handler threw, unless that was for the client to see. After the last attempt too, once the task has
   *   its result
   * @throws the reason of the signal when it has aborted
   * @throws {ClusterUnavailableError} when the store is unreachable. The task may have to be executed again
   */
  execute(id: string, attempt: McpTaskAttempt): Promise<McpTaskOutcome>;

  /**
   * Fails a task that nothing will execute any more.
   *
   * @param message tells its client why
   * @returns false for a task that had ended, or expired
   */
  fail(id: string, message: string): Promise<boolean>;
}
