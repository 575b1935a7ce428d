import { setMaxListeners } from 'node:events';
import type { McpTaskRecord } from '../model/tasks/mcp-task-record.js';
import type { McpTaskExecutor, McpTaskQueue, McpTaskRunner } from '../model/tasks/mcp-task-runner.js';
import type { ClusterReports } from '../model/cluster/cluster-reports.js';

const LEASE_MS = 15_000;

const STOPPED = 'The server stopped before the task had ended. Call the tool again if that may be repeated.';
const FAILED = 'The task could not be executed. Call the tool again if that may be repeated.';

/** Executes each task in the process that made it. A handler waits in memory for the answers of its client. */
export const inProcessRunner: McpTaskRunner = {
  leaseMs: LEASE_MS,
  serve: (_server, executor, reports) => Promise.resolve(new InProcessQueue(executor, reports)),
};

class InProcessQueue implements McpTaskQueue {
  private readonly running = new Set<Promise<void>>();
  private readonly stopping = new AbortController();

  constructor(
    private readonly executor: McpTaskExecutor,
    private readonly reports: ClusterReports,
  ) {
    // Each execution listens to it.
    setMaxListeners(0, this.stopping.signal);
  }

  start({ id }: McpTaskRecord): Promise<void> {
    const run = this.execute(id);
    this.running.add(run);
    void run.finally(() => this.running.delete(run));
    return Promise.resolve();
  }

  async close(deadline: AbortSignal): Promise<void> {
    const stop = () => this.stopping.abort(new Error(STOPPED));
    if (deadline.aborted) stop();
    else deadline.addEventListener('abort', stop, { once: true });
    while (this.running.size > 0) await Promise.all(this.running);
    deadline.removeEventListener('abort', stop);
  }

  private async execute(id: string): Promise<void> {
    const { signal } = this.stopping;
    try {
      await this.executor.execute(id, { attempt: 1, isLast: true, holdMs: Infinity, signal });
    } catch (error) {
      const isStopped = signal.aborted;
      // An error of the handler is the result of the task by now, and is logged.
      const isUnknown = await this.executor.fail(id, isStopped ? STOPPED : FAILED).catch(() => true);
      if (isUnknown && !isStopped) this.reports.failed(error, 'the execution of a task');
    }
  }
}
