import { randomUUID } from 'node:crypto';
import type { FormCheck } from '../model/client-requests.js';
import type { ErrorReporter } from '../model/error-reporter.js';
import type { Invoker } from '../model/invoker.js';
import { expiryOf, isFinal, type McpTaskChange, type McpTaskRecord } from '../model/tasks/mcp-task-record.js';
import type { McpTaskAttempt, McpTaskOutcome } from '../model/tasks/mcp-task-runner.js';
import { SerializedMembers } from '../model/serialized-members.js';
import type { McpTransportName } from '../model/session-view.js';
import type { TrafficObserver } from '../model/traffic-observer.js';
import type { ContextRequestOptions, MessageOrigin } from '../protocol/call-port.js';
import type { ClientState } from '../protocol/connection-state.js';
import { Execution, type ExecutionHost } from '../protocol/execution.js';
import type { Question } from '../protocol/input/question.js';
import type { JsonRpcResponse, Params } from '../protocol/json-rpc.js';
import { TaskQuestions } from './task-questions.js';
import { ended, TaskTooLargeError, type TaskRecords } from './task-records.js';

/** What the runs of all tasks share. */
export interface RunServer {
  readonly records: TaskRecords;
  readonly invoker: Invoker;
  readonly observer: TrafficObserver;
  readonly errors: ErrorReporter;
  readonly checkForm: FormCheck;
  /** Most questions of one task. */
  readonly maxQuestions: number;
}

/** How a handler has ended: the JSON of a result, or of a response with an error. */
interface Answered {
  readonly json: string;
  readonly isError: boolean;
}

/** The progress of a run goes by this token to {@link TaskRun.notify}. */
const PROGRESS_TOKEN = 0;
/** Least milliseconds between two changes that tell of progress. */
const PROGRESS_MS = 500;

const EXPIRED = 'The task has expired.';
const TAKEN_OVER = 'Another worker executes the task.';

/** Executes a task once: runs its handler, with the task as its client. */
export class TaskRun implements ExecutionHost {
  readonly id = randomUUID();
  readonly isTask = true;
  readonly transport: McpTransportName;
  readonly correlationId: string;
  readonly state: Readonly<ClientState>;
  readonly input: TaskQuestions;
  private readonly execution: Execution;
  private answered?: Answered;
  private failure?: { readonly error: unknown };
  private progress?: NodeJS.Timeout;
  private message?: string;
  private expiry?: NodeJS.Timeout;
  private resolveOver!: () => void;
  private isOver = false;
  /** Why the runner has to go on with the task. */
  private thrown?: { readonly error: unknown };
  private readonly whenOver = new Promise<void>((resolve) => (this.resolveOver = resolve));

  /** @throws {McpConfigurationError} when `contextFactory` returned a member that every context has */
  constructor(
    private readonly task: McpTaskRecord,
    private readonly attempt: Omit<McpTaskAttempt, 'signal'>,
    origin: MessageOrigin,
    private readonly server: RunServer,
  ) {
    const { transport, protocolVersion, clientInfo, clientCapabilities } = task;
    this.transport = transport;
    this.correlationId = task.correlationId;
    this.state = { protocolVersion, clientInfo, clientCapabilities };
    this.input = new TaskQuestions(
      task,
      { update: (decide) => this.update(decide), fail: (error) => this.giveUp(error) },
      attempt.holdMs,
      server.maxQuestions,
    );
    const meta = { ...task.meta, progressToken: PROGRESS_TOKEN };
    const params = { name: task.tool, arguments: copyOf(task.arguments), _meta: meta };
    this.execution = new Execution(
      { kind: 'request', method: 'tools/call', id: task.requestId, params },
      origin,
      this,
    );
  }

  get observer(): TrafficObserver {
    return this.server.observer;
  }

  get errors(): ErrorReporter {
    return this.server.errors;
  }

  get checkForm(): FormCheck {
    return this.server.checkForm;
  }

  /**
   * Resolves when the handler has ended, or was left or aborted.
   *
   * @throws what the handler threw, if it was not for the client to see
   * @throws what the run was given up for
   */
  async run(): Promise<McpTaskOutcome> {
    const { task } = this;
    this.expiry = setTimeout(() => this.end(new Error(EXPIRED)), expiryOf(task) - Date.now()).unref();
    try {
      await Promise.race([this.handled(), this.whenOver]);
      if (this.answered && this.input.isLeft) return 'waiting';
      if (this.answered) await this.conclude(this.answered);
    } finally {
      clearTimeout(this.expiry);
      clearTimeout(this.progress);
      this.input.end(new Error('its handler is not running any more'));
    }
    this.thrown ??= this.failure;
    if (this.thrown) throw this.thrown.error;
    return 'ended';
  }

  /** Takes a change that was made elsewhere: answers, a cancellation. @param task undefined when it has expired */
  changed(task: McpTaskRecord | undefined): void {
    if (!task) this.end(new Error(EXPIRED));
    else if (isFinal(task)) this.end(new Error(task.statusMessage ?? 'The task has ended.'));
    else if (task.run === this.id) this.input.changed(task);
    else if (!this.input.isLeft && task.run !== undefined) this.end(new Error(TAKEN_OVER));
  }

  /** Aborts the handler. The task stays as it is, and the runner has to see to it. */
  giveUp(error: unknown): void {
    if (this.isOver || this.answered) return;
    this.thrown = { error };
    this.end(error instanceof Error ? error : new Error(String(error)));
  }

  /** Changes the task, as long as this run may. */
  async update(
    decide: (task: McpTaskRecord) => McpTaskChange | undefined,
  ): Promise<McpTaskRecord | undefined> {
    let isAllowed = false;
    const task = await this.server.records.update(this.task.id, (current) => {
      isAllowed = current.run === this.id && !isFinal(current);
      return isAllowed ? decide(current) : undefined;
    });
    if (task && isAllowed) return task;
    this.changed(task);
    return undefined;
  }

  /** Progress becomes the message of the status. Tasks have no other notifications. */
  notify(method: string, params: object | undefined): void {
    if (method !== 'notifications/progress') return;
    const { progress, total, message } = params as { progress: number; total?: number; message?: string };
    const figures = total === undefined ? String(progress) : `${progress} of ${total}`;
    this.message = message === undefined ? figures : `${message} (${figures})`;
    this.progress ??= setTimeout(() => void this.tellProgress(), PROGRESS_MS).unref();
  }

  ask<T>(question: Question<T>, { key }: ContextRequestOptions): Promise<T> {
    return this.input.ask(question, key);
  }

  once<T>(key: string, step: () => T | Promise<T>): Promise<T> {
    return this.input.once(key, step);
  }

  hasFailed(error: unknown): void {
    this.failure = { error };
  }

  closeStream(): void {
    // A task has no stream.
  }

  hold(): void {
    // What is stored of the task has a limit of its own.
  }

  serialize(_execution: Execution, result: object): string {
    return result instanceof SerializedMembers ? `{${result.text}}` : JSON.stringify(result);
  }

  answer(_execution: Execution, json: string, errorCode?: number): void {
    this.answered = { json, isError: errorCode !== undefined };
  }

  private async handled(): Promise<void> {
    const { invoker } = this.server;
    await this.execution.prepare({
      prepare: ({ params }, context) => invoker.prepare('tools/call', params, context),
    });
    if (!this.isOver) await this.execution.start();
  }

  /** Nothing is left to do: the task has ended, or another run has it. */
  private end(reason: Error): void {
    if (this.isOver || this.answered) return;
    this.isOver = true;
    this.execution.abort(reason);
    this.input.end(reason);
    this.resolveOver();
  }

  private async conclude({ json, isError }: Answered): Promise<void> {
    if (this.failure && !this.attempt.isLast) {
      const statusMessage = `Attempt ${this.attempt.attempt} failed. It will be tried again.`;
      await this.update(() => ({ statusMessage, lastUpdatedAt: Date.now() }));
      return;
    }
    const outcome: unknown = JSON.parse(json);
    const error = isError
      ? (outcome as JsonRpcResponse & { error: McpTaskRecord['error'] }).error!
      : undefined;
    try {
      await this.update(() =>
        ended(error ? { error } : { result: { resultType: 'complete', ...(outcome as Params) } }),
      );
    } catch (failure) {
      if (!(failure instanceof TaskTooLargeError)) throw failure;
      this.errors.warn(`tools/call ${this.task.tool}: ${failure.message}`);
      await this.server.records.fail(this.task.id, failure.message);
    }
  }

  private async tellProgress(): Promise<void> {
    const statusMessage = this.message;
    try {
      await this.update(({ status }) =>
        status === 'working' ? { statusMessage, lastUpdatedAt: Date.now() } : undefined,
      );
    } catch (error) {
      this.errors.report(error, 'the progress of a task', this.execution.context);
    }
    this.progress = undefined;
    if (this.message !== statusMessage && !this.isOver && !this.answered)
      this.progress = setTimeout(() => void this.tellProgress(), PROGRESS_MS).unref();
  }
}

/** The handler may change its arguments, and the task keeps them. */
function copyOf(args: Params): Params {
  return JSON.parse(JSON.stringify(args)) as Params;
}
