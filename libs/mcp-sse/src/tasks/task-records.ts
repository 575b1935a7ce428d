import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import { isFinal, type McpTaskChange, type McpTaskRecord } from '../model/tasks/mcp-task-record.js';
import type { McpTaskStore } from '../model/tasks/mcp-task-store.js';

/** A task would take more than `tasks.maxBytes`. */
export class TaskTooLargeError extends Error {
  override readonly name = 'TaskTooLargeError';

  constructor(maxBytes: number) {
    super(
      `The arguments, answers, results of once() and the result of a task take more than ${maxBytes} bytes ` +
        '("tasks.maxBytes"). Keep large data elsewhere, and return its id or a link.',
    );
  }
}

const WORKER_GONE = 'The worker of the task is gone. Call the tool again if that may be repeated.';

/** Reads and changes the tasks of a server. */
export class TaskRecords {
  /** @param maxBytes most bytes of one task */
  constructor(
    readonly store: McpTaskStore,
    private readonly maxBytes: number,
  ) {}

  /**
   * Stores a new task.
   *
   * @returns false when its owner has too many
   * @throws {TaskTooLargeError}
   */
  async create(task: McpTaskRecord, maxPerOwner: number): Promise<boolean> {
    this.assertSize(task);
    return this.store.create(task, maxPerOwner);
  }

  /** A task whose worker is gone has failed. @returns undefined when there is none */
  async find(id: string): Promise<McpTaskRecord | undefined> {
    const task = await this.store.get(id);
    return task && isAbandoned(task) ? this.fail(id, WORKER_GONE, isAbandoned) : task;
  }

  /**
   * Changes a task, as it is now.
   *
   * @param decide returns the change, or undefined for none. Called again when the task was changed meanwhile
   * @returns the task after that; undefined when there is none
   * @throws {TaskTooLargeError}
   */
  async update(
    id: string,
    decide: (task: McpTaskRecord) => McpTaskChange | undefined,
  ): Promise<McpTaskRecord | undefined> {
    for (;;) {
      const task = await this.store.get(id);
      if (!task) return undefined;
      const change = decide(task);
      if (!change) return task;
      const changed = { ...task, ...change, version: task.version + 1 };
      if (change.questions || change.steps || change.result) this.assertSize(changed);
      if (await this.store.change(id, task.version, change)) return changed;
    }
  }

  /** Fails a task, unless it has ended. @param isDue may say that it must not fail after all */
  fail(
    id: string,
    message: string,
    isDue: (task: McpTaskRecord) => boolean = () => true,
  ): Promise<McpTaskRecord | undefined> {
    return this.update(id, (task) =>
      isFinal(task) || !isDue(task)
        ? undefined
        : ended({ error: { code: ErrorCode.InternalError, message } }),
    );
  }

  private assertSize({ arguments: args, questions, steps, result }: McpTaskRecord): void {
    const json = JSON.stringify([args, questions, steps, result]);
    if (Buffer.byteLength(json) > this.maxBytes) throw new TaskTooLargeError(this.maxBytes);
  }
}

/** The change that ends a task, with its result or the error of the protocol. */
export function ended(
  outcome: Required<Pick<McpTaskRecord, 'result'>> | Required<Pick<McpTaskRecord, 'error'>>,
): McpTaskChange {
  const isFailed = 'error' in outcome;
  return {
    status: isFailed ? 'failed' : 'completed',
    statusMessage: isFailed ? outcome.error.message : undefined,
    lastUpdatedAt: Date.now(),
    run: undefined,
    aliveUntil: undefined,
    ...outcome,
  };
}

function isAbandoned(task: McpTaskRecord): boolean {
  return task.aliveUntil !== undefined && task.aliveUntil < Date.now() && !isFinal(task);
}
