import { setMaxListeners } from 'node:events';
import type { Job, Queue, Worker, WorkerOptions } from 'bullmq';
import type { ClusterReports } from '../model/cluster/cluster-reports.js';
import { ClusterUnavailableError } from '../model/errors/cluster.errors.js';
import type { McpTaskExecutor } from '../model/tasks/mcp-task-runner.js';
import { bullmq } from './bullmq.js';
import type { BullmqRunnerOptions, TaskJobData } from './bullmq-runner.options.js';

/** When a job is tried again that could not be executed now, in milliseconds. It does not count as an attempt. */
const LATER_MS = 1_000;

type TaskJob = Job<TaskJobData>;

/** Executes the tasks whose jobs this process takes from the queue. */
export class TaskWorker {
  private readonly worker: Worker<TaskJobData>;
  private readonly stopping = new AbortController();

  constructor(
    { name, opts }: Queue,
    private readonly server: string,
    private readonly executor: McpTaskExecutor,
    private readonly reports: ClusterReports,
    options: Exclude<BullmqRunnerOptions['worker'], false>,
  ) {
    // Each execution listens to it.
    setMaxListeners(0, this.stopping.signal);
    const { connection, prefix, telemetry } = opts as WorkerOptions;
    this.worker = new bullmq.package.Worker<TaskJobData>(name, (job, token) => this.process(job, token), {
      connection,
      prefix,
      telemetry,
      ...options,
      // A job whose worker was lost counts towards its attempts instead.
      maxStalledCount: Number.MAX_SAFE_INTEGER,
    });
    this.worker.on('error', (error) => reports.failed(error, 'the BullMQ worker'));
    this.worker.on('failed', (job) => void (job && this.failed(job)));
  }

  /** Takes no more jobs. Those that have not ended by the deadline go back to the queue, for another worker. */
  async close(deadline: AbortSignal): Promise<void> {
    const giveUp = () => this.stopping.abort(new Error('The worker is shutting down.'));
    if (deadline.aborted) giveUp();
    else deadline.addEventListener('abort', giveUp, { once: true });
    await this.worker.close();
  }

  private async process(job: TaskJob, token: string | undefined): Promise<void> {
    const { server, id } = job.data;
    if (server !== this.server) {
      const problem = `The queue "${job.queueName}" has a task of the server "${server}". Give each server its own queue.`;
      this.reports.failed(new Error(problem), 'the BullMQ worker');
      return this.delayed(job, token);
    }
    const attempts = Math.max(job.opts.attempts ?? 1, 1);
    const attempt = job.attemptsMade + job.stalledCounter + 1;
    const isLast = attempt >= attempts;
    const { signal } = this.stopping;
    try {
      if (attempt > attempts) return await this.lost(id);
      await this.executor.execute(id, { attempt, isLast, holdMs: 0, signal });
    } catch (error) {
      if (signal.aborted) return this.returned(job, token);
      if (error instanceof ClusterUnavailableError) return this.delayed(job, token);
      throw isLast ? unrecoverable(error) : error;
    }
  }

  private async lost(id: string): Promise<never> {
    await this.executor.fail(id, 'The worker that executed the task was lost.');
    throw new Error('The worker was lost, and no attempt is left.');
  }

  /** BullMQ may fail a job for good that this class did not: by its options, or an `UnrecoverableError` of the tool. */
  private failed({ data: { server, id }, finishedOn }: TaskJob): void {
    if (finishedOn === undefined || server !== this.server) return;
    this.executor
      .fail(id, 'The task failed, and is not attempted again.')
      .catch((error: unknown) => this.reports.failed(error, 'the failure of a task'));
  }

  private async returned(job: TaskJob, token: string | undefined): Promise<never> {
    await job.moveToWait(token);
    throw new bullmq.package.WaitingError();
  }

  private async delayed(job: TaskJob, token: string | undefined): Promise<never> {
    await job.moveToDelayed(Date.now() + LATER_MS, token);
    throw new bullmq.package.DelayedError();
  }
}

/** BullMQ does not know that a lost worker counts as an attempt. */
function unrecoverable(error: unknown): Error {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return Object.assign(new bullmq.package.UnrecoverableError(message), { stack });
}
