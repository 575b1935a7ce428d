import { McpInputRequiredException } from '../model/errors/mcp-input-required.exception.js';
import type { CallTasks } from '../model/tasks/call-tasks.js';
import { TASKS_EXTENSION } from '../model/tasks/tasks-extension.js';
import type { Execution } from '../protocol/execution.js';
import type { InputRounds } from '../protocol/input/input-rounds.js';
import type { Params } from '../protocol/json-rpc.js';
import type { ServerTasks } from '../protocol/server-tasks.js';

/** Answers one request with a task. */
export class RequestTasks implements CallTasks {
  private isAllowed = false;
  private isBegun = false;

  constructor(
    private readonly tasks: ServerTasks,
    private readonly execution: Execution,
    private readonly rounds: () => InputRounds | undefined,
  ) {}

  get areTaken(): boolean {
    return this.execution.context.clientSupports(TASKS_EXTENSION);
  }

  get hasBegun(): boolean {
    return this.isBegun;
  }

  allow(): void {
    this.isAllowed = true;
  }

  /** Ends the run of the handler, which runs again as the task, unless the call stays a plain one. */
  async begin(): Promise<void> {
    if (!this.isAllowed) return;
    this.isBegun = true;
    throw new McpInputRequiredException();
  }

  make(tool: string, args: Params): Promise<object> {
    const { request, context } = this.execution;
    return this.tasks.make(tool, args, request.params['_meta'], context, this.rounds()?.known);
  }
}
