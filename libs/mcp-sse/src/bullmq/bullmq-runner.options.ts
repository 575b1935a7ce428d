import type { DefaultJobOptions, WorkerOptions } from 'bullmq';

export interface BullmqRunnerOptions {
  /**
   * Options of this process's worker, such as `concurrency` (1 by default), over the connection and prefix of the queue.
   * `false`: this process executes no tasks, only others do.
   */
  worker?: Omit<WorkerOptions, 'autorun' | 'connection' | 'maxStalledCount' | 'prefix'> | false;
  /** Options of the jobs of a tool, by its name, over the queue's `defaultJobOptions`. */
  tools?: Readonly<Record<string, DefaultJobOptions>>;
}

/** What is in the job of a task. Everything else is in the store. */
export interface TaskJobData {
  readonly server: string;
  /** Id of the task. */
  readonly id: string;
}
