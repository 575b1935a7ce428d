import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import { countMembers } from '../model/count-members.js';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';
import type { InvokedContext, Invoker, PreparedRequest } from '../model/invoker.js';
import { principalKey } from '../model/principal.js';
import { isSameRoute } from '../model/same-route.js';
import { isFinal, type McpTaskChange, type McpTaskRecord } from '../model/tasks/mcp-task-record.js';
import type { McpTaskQueue } from '../model/tasks/mcp-task-runner.js';
import { missingTasks, TASKS_EXTENSION } from '../model/tasks/tasks-extension.js';
import { isObject, type Params } from '../protocol/json-rpc.js';
import type { TaskMethod } from '../protocol/methods.js';
import { invalidParams } from '../protocol/request-params.js';
import { available } from './task-maker.js';
import type { TaskRecords } from './task-records.js';
import { detailedTask } from './wire-task.js';

const CANCELLED = 'The client cancelled the task.';

/** Answers the requests for tasks. Each is checked anew: the owner, the server, the route, and the tool's policy. */
export class TaskMethods {
  /** @param maxAnswerMembers most members of objects and elements of arrays in one answer */
  constructor(
    private readonly server: string,
    private readonly records: TaskRecords,
    private readonly queue: Pick<McpTaskQueue, 'start'>,
    private readonly invoker: Invoker,
    private readonly maxAnswerMembers: number,
  ) {}

  /**
   * @throws {JsonRpcError} -32021, -32602
   * @throws {InsufficientScopeError} when the owner's token lacks the tool's scopes
   */
  async prepare(method: TaskMethod, params: Params, context: InvokedContext): Promise<PreparedRequest> {
    assertDeclared(context, method);
    const { taskId } = params;
    if (typeof taskId !== 'string') throw invalidParams(['taskId']);
    const responses = method === 'tasks/update' ? responsesOf(params) : {};
    const task = await this.admitted(taskId, context);
    if (!task) throw unknownTask();
    switch (method) {
      case 'tasks/get':
        return () => detailedTask(task);
      case 'tasks/update':
        return () => this.update(taskId, responses);
      case 'tasks/cancel':
        return () => this.cancel(taskId);
    }
  }

  /** The task, if it exists for the client. What is another's takes as long as what does not exist. */
  async admitted(id: string, context: InvokedContext): Promise<McpTaskRecord | undefined> {
    const found = await available(this.records.find(id));
    const own = found && this.belongsTo(found, context) ? found : undefined;
    return (await this.invoker.admitsTool(own?.tool, context)) ? own : undefined;
  }

  private belongsTo({ owner, server, route }: McpTaskRecord, { principal, params }: InvokedContext): boolean {
    return server === this.server && owner === principalKey(principal) && isSameRoute(route, params);
  }

  /** Keeps the answers to open questions, and ignores others. */
  private async update(id: string, responses: Params): Promise<object> {
    const task = await available(this.records.update(id, (current) => this.answered(current, responses)));
    if (!task) throw unknownTask();
    // Again for one that was answered before, and could not be started then.
    if (isParked(task)) await available(this.queue.start(task));
    return {};
  }

  private answered(task: McpTaskRecord, responses: Params): McpTaskChange | undefined {
    if (task.status !== 'input_required') return undefined;
    const questions = task.questions.map((question) =>
      question.state === 'open' && this.isAnswered(question.key, responses)
        ? ({ ...question, state: 'answered', answer: JSON.stringify(responses[question.key]) } as const)
        : question,
    );
    if (questions.every((question, index) => question === task.questions[index])) return undefined;
    const isWaiting = questions.some(({ state }) => state === 'open');
    return { questions, status: isWaiting ? 'input_required' : 'working', lastUpdatedAt: Date.now() };
  }

  private isAnswered(key: string, responses: Params): boolean {
    const max = this.maxAnswerMembers;
    return Object.hasOwn(responses, key) && countMembers(responses[key], max) <= max;
  }

  private async cancel(id: string): Promise<object> {
    const cancelled = await available(
      this.records.update(id, (task) =>
        isFinal(task)
          ? undefined
          : {
              status: 'cancelled',
              statusMessage: CANCELLED,
              lastUpdatedAt: Date.now(),
              run: undefined,
              aliveUntil: undefined,
            },
      ),
    );
    if (!cancelled) throw unknownTask();
    return {};
  }
}

/** @throws {JsonRpcError} -32021 when the client does not declare tasks */
function assertDeclared(context: InvokedContext, what: string): void {
  if (!context.clientSupports(TASKS_EXTENSION)) throw missingTasks(what);
}

/** Whether its handler waits for nothing but a worker. */
function isParked({ status, run, attempt }: McpTaskRecord): boolean {
  return status === 'working' && run === undefined && attempt > 0;
}

function responsesOf({ inputResponses }: Params): Params {
  if (isObject(inputResponses)) return inputResponses;
  throw invalidParams(['inputResponses']);
}

function unknownTask(): JsonRpcError {
  return new JsonRpcError(
    ErrorCode.InvalidParams,
    'Unknown task: there is none with this id, or it has expired',
  );
}
