import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import type { ClusterReports } from '../model/cluster/cluster-reports.js';
import type { InvokedContext } from '../model/invoker.js';
import type { McpSseModuleOptions } from '../model/mcp-sse.options.js';
import type { McpTaskRecord } from '../model/tasks/mcp-task-record.js';
import type { McpTaskQueue, McpTaskRunner } from '../model/tasks/mcp-task-runner.js';
import type { McpTaskStore } from '../model/tasks/mcp-task-store.js';
import type { Preparation } from '../protocol/execution.js';
import type { KnownInput } from '../protocol/input/round-state.js';
import type { Params } from '../protocol/json-rpc.js';
import type { TaskMethod } from '../protocol/methods.js';
import type { ServerTasks, TaskWatch } from '../protocol/server-tasks.js';
import { TaskExecutor } from './task-executor.js';
import { TaskFollower } from './task-follower.js';
import { TaskMaker, type TaskSettings } from './task-maker.js';
import { TaskMethods } from './task-methods.js';
import { TaskRecords } from './task-records.js';
import type { RunServer } from './task-run.js';
import { TaskWatches } from './task-watches.js';

/** What the tasks of a server need of it. */
export interface TasksHost extends Omit<RunServer, 'records'>, Omit<TaskSettings, 'leaseMs'> {
  readonly runner: McpTaskRunner;
  readonly contextFactory: McpSseModuleOptions['contextFactory'];
  readonly reports: ClusterReports;
  /** Most bytes of one task. */
  readonly maxBytes: number;
  /** Most members of objects and elements of arrays in one answer. */
  readonly maxAnswerMembers: number;
  /** Whether a tool can be a task. */
  readonly hasTools: () => boolean;
}

/** The tasks of one server. */
export class Tasks implements ServerTasks {
  private readonly records: TaskRecords;
  private readonly watches: TaskWatches;
  private readonly maker: TaskMaker;
  private readonly methods: TaskMethods;
  private readonly leaseMs?: number;
  private queue?: McpTaskQueue;
  private executor?: TaskExecutor;
  private closing?: Promise<void>;

  /** @throws {McpConfigurationError} when the runner needs a store that outlives this process */
  constructor(
    private readonly store: McpTaskStore,
    private readonly host: TasksHost,
  ) {
    const { runner, server, invoker, maxBytes, maxAnswerMembers } = host;
    if (!store.outlives && runner.leaseMs === undefined)
      throw new McpConfigurationError(
        '"tasks.runner" executes tasks in other processes too, so these need a store that they share. Set "tasks.store", ' +
          "such as redisTaskStore({ url: 'redis://localhost' }).",
      );
    this.leaseMs = store.outlives ? runner.leaseMs : undefined;
    this.records = new TaskRecords(store, maxBytes);
    this.watches = new TaskWatches(store);
    const queue = { start: (task: McpTaskRecord) => this.started.start(task) };
    this.maker = new TaskMaker(this.records, queue, { ...host, leaseMs: this.leaseMs });
    this.methods = new TaskMethods(server, this.records, queue, invoker, maxAnswerMembers);
  }

  get areOffered(): boolean {
    return this.host.hasTools();
  }

  make(
    tool: string,
    args: Params,
    meta: unknown,
    context: InvokedContext,
    known?: KnownInput,
  ): Promise<object> {
    return this.maker.make(tool, args, meta, context, known);
  }

  prepare(method: TaskMethod, params: Params, context: InvokedContext): Preparation {
    return this.methods.prepare(method, params, context);
  }

  async watch(
    ids: readonly string[],
    context: InvokedContext,
    tell: (task: object) => void,
  ): Promise<TaskWatch> {
    const followers = ids.map((id) => new TaskFollower(id, context, this.methods, this.host.errors, tell));
    const stops = followers.map((follower) => follower.follow(this.watches, this.leaseMs));
    const areSeen = await Promise.all(followers.map((follower) => follower.isSeen()));
    for (const [index, stop] of stops.entries()) if (!areSeen[index]) stop();
    return {
      ids: ids.filter((_, index) => areSeen[index]),
      stop: () => {
        for (const stop of stops) stop();
      },
    };
  }

  /** Called once tools can be called. */
  async start(): Promise<void> {
    const { runner, server, contextFactory, reports } = this.host;
    this.executor = new TaskExecutor(
      { ...this.host, records: this.records },
      this.watches,
      contextFactory,
      this.leaseMs,
    );
    this.queue = await runner.serve(server, this.executor, reports);
  }

  revoke(isMeant: Parameters<ServerTasks['revoke']>[0]): void {
    this.executor?.revoke(isMeant);
  }

  /** Lets what is executed here end until the deadline, and then gives it up. */
  stop(deadline: AbortSignal): Promise<void> {
    return (this.closing ??= this.queue?.close(deadline) ?? Promise.resolve());
  }

  async close(): Promise<void> {
    await this.stop(AbortSignal.abort());
    this.watches.close();
    await this.store.close();
  }

  private get started(): McpTaskQueue {
    if (this.queue) return this.queue;
    throw new Error('Tasks are executed once the application has booted.');
  }
}
