import type { McpSseModuleOptions } from '../model/mcp-sse.options.js';
import { isFinal, type McpTaskRecord } from '../model/tasks/mcp-task-record.js';
import type { McpTaskAttempt, McpTaskExecutor, McpTaskOutcome } from '../model/tasks/mcp-task-runner.js';
import type { MessageOrigin } from '../protocol/call-port.js';
import type { ServerTasks } from '../protocol/server-tasks.js';
import { type RunServer, TaskRun } from './task-run.js';
import type { TaskWatches } from './task-watches.js';

const REVOKED = 'Your access to this server was revoked.';

/** Executes tasks in this process, for the runner. */
export class TaskExecutor implements McpTaskExecutor {
  private readonly executed = new Set<McpTaskRecord>();

  /** @param leaseMs see `McpTaskRunner.leaseMs` */
  constructor(
    private readonly server: RunServer,
    private readonly watches: TaskWatches,
    private readonly contextFactory: McpSseModuleOptions['contextFactory'],
    private readonly leaseMs?: number,
  ) {}

  async execute(id: string, { signal, ...attempt }: McpTaskAttempt): Promise<McpTaskOutcome> {
    signal.throwIfAborted();
    const { records } = this.server;
    const task = await records.store.get(id);
    if (!task || isFinal(task)) return 'ended';
    const run = new TaskRun(task, attempt, await this.originOf(task), this.server);
    const refresh = () =>
      void records.store
        .get(id)
        .then((changed) => run.changed(changed))
        .catch((error: unknown) => run.giveUp(error));
    const stops = [this.watches.on(id, refresh), () => this.executed.delete(task)];
    this.executed.add(task);
    try {
      const begun = await records.update(id, (current) =>
        isFinal(current) ? undefined : { run: run.id, attempt: attempt.attempt, ...this.lease() },
      );
      if (begun?.run !== run.id) return 'ended';
      run.changed(begun);
      const abort = () => run.giveUp(signal.reason);
      signal.addEventListener('abort', abort, { once: true });
      stops.push(() => signal.removeEventListener('abort', abort), this.keepAlive(run));
      return await run.run();
    } finally {
      for (const stop of stops) stop();
    }
  }

  async fail(id: string, message: string): Promise<boolean> {
    const task = await this.server.records.fail(id, message);
    return task?.status === 'failed' && task.statusMessage === message;
  }

  /** Fails tasks, which aborts their handlers. */
  revoke(isMeant: Parameters<ServerTasks['revoke']>[0]): void {
    const { records, errors } = this.server;
    for (const { id } of [...this.executed].filter(isMeant))
      records.fail(id, REVOKED).catch((error: unknown) => errors.report(error, 'the end of a task'));
  }

  private lease(): Pick<McpTaskRecord, 'aliveUntil'> {
    return this.leaseMs === undefined ? {} : { aliveUntil: Date.now() + this.leaseMs };
  }

  /** Gives the signs of life. @returns stops that */
  private keepAlive(run: TaskRun): () => void {
    if (this.leaseMs === undefined) return () => undefined;
    const beat = () =>
      void run
        .update(() => this.lease())
        .catch((error: unknown) => this.server.errors.report(error, 'the sign of life of a task'));
    const timer = setInterval(beat, this.leaseMs / 3).unref();
    return () => clearInterval(timer);
  }

  /** There is no HTTP request: a stand-in has what is stored of it. */
  private async originOf({ principal, headers, route: params }: McpTaskRecord): Promise<MessageOrigin> {
    const request = { headers, params, query: {}, user: principal.claims };
    const extras = await this.contextFactory?.(request);
    return { principal, request, headers, streamHeaders: headers, params, bytes: 0, extras };
  }
}
