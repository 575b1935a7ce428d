import { setTimeout as delay } from 'node:timers/promises';
import type { DefaultJobOptions, Queue } from 'bullmq';
import { ClusterUnavailableError } from '../model/errors/cluster.errors.js';
import type { McpTaskRecord } from '../model/tasks/mcp-task-record.js';
import type { McpTaskQueue, McpTaskRunner } from '../model/tasks/mcp-task-runner.js';
import { bullmq } from './bullmq.js';
import type { BullmqRunnerOptions, TaskJobData } from './bullmq-runner.options.js';
import { TaskWorker } from './task-worker.js';

/** How long a call waits for its job to be stored, in milliseconds. BullMQ itself waits until Redis is back. */
const ADD_MS = 2_000;

/**
 * Has tasks executed by BullMQ: each is a job in a queue, which the workers of all processes share. How often, how soon and
 * how many are executed is up to the options of BullMQ. The tasks need a store that these processes share.
 *
 * ```ts
 * McpSseModule.forRootAsync({
 *   imports: [BullModule.registerQueue({ name: 'mcp-tasks', defaultJobOptions: { attempts: 3, backoff: 1_000 } })],
 *   inject: [getQueueToken('mcp-tasks')],
 *   useFactory: (queue: Queue) => ({
 *     name: 'orders',
 *     version: '1.0.0',
 *     tasks: { store: redisTaskStore({ url: 'redis://localhost' }), runner: bullmqRunner(queue) },
 *   }),
 * })
 * ```
 *
 * @param queue of this server alone. The application closes it, as BullModule does
 */
export function bullmqRunner(queue: Queue, options: BullmqRunnerOptions = {}): McpTaskRunner {
  return {
    async serve(server, executor, reports) {
      await bullmq.load('bullmqRunner()');
      const { worker, tools = {} } = options;
      const executing =
        worker === false ? undefined : new TaskWorker(queue, server, executor, reports, worker);
      return new TaskJobs(queue, server, tools, executing);
    },
  };
}

/** The jobs of a server's tasks. */
class TaskJobs implements McpTaskQueue {
  constructor(
    private readonly queue: Queue<TaskJobData>,
    private readonly server: string,
    private readonly tools: Readonly<Record<string, DefaultJobOptions>>,
    private readonly worker: TaskWorker | undefined,
  ) {}

  /** @throws {ClusterUnavailableError} when Redis cannot be reached. The job may be stored later */
  async start({ id, version, tool, attempt }: McpTaskRecord): Promise<void> {
    const { removeOnComplete = true } = this.queue.defaultJobOptions;
    const adding = this.queue.add(
      tool,
      { server: this.server, id },
      {
        removeOnComplete,
        ...(Object.hasOwn(this.tools, tool) ? this.tools[tool] : undefined),
        // It goes on as soon as its client has answered.
        ...(attempt > 0 && { delay: 0 }),
        // The same start adds one job.
        jobId: `${id}-${version}`,
      },
    );
    const enough = new AbortController();
    const late = delay(ADD_MS, undefined, { signal: enough.signal, ref: false }).then(() => {
      throw new ClusterUnavailableError();
    });
    try {
      await Promise.race([adding, late]);
    } catch (error) {
      throw isOutage(error) ? new ClusterUnavailableError(error) : error;
    } finally {
      enough.abort();
      for (const unneeded of [adding, late]) unneeded.catch(() => undefined);
    }
  }

  async close(deadline: AbortSignal): Promise<void> {
    await this.worker?.close(deadline);
  }
}

/** Whether an error of BullMQ comes from its connection, which has a code, or from Redis itself. */
function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, name, message } = error as NodeJS.ErrnoException;
  return (
    code !== undefined ||
    /^(MaxRetriesPerRequest|Reply)Error$/.test(name) ||
    message === 'Connection is closed.'
  );
}
