import type { KnownInput } from './input/round-state.js';
import type { InvokedContext } from '../model/invoker.js';
import type { McpSessionView } from '../model/session-view.js';
import type { Preparation } from './execution.js';
import type { Params } from './json-rpc.js';
import type { TaskMethod } from './methods.js';

/** A client's watch on tasks. */
export interface TaskWatch {
  /** The tasks that it may follow. */
  readonly ids: readonly string[];
  stop(): void;
}

/** The tasks of a server, as its requests need them. */
export interface ServerTasks {
  /** Whether a tool can be a task, so that clients are told of the extension. */
  readonly areOffered: boolean;

  /**
   * Stores a task and has it executed.
   *
   * @param meta `_meta` of the request
   * @param known what the handler has learned before it began the task
   * @returns the result with its handle
   * @throws {JsonRpcError}
   */
  make(
    tool: string,
    args: Params,
    meta: unknown,
    context: InvokedContext,
    known?: KnownInput,
  ): Promise<object>;

  /**
   * Prepares the answer to a request for a task.
   *
   * @throws {JsonRpcError} -32021 for a client that does not declare tasks; -32602 for a task that does not exist, or not
   *   for this client
   */
  prepare(method: TaskMethod, params: Params, context: InvokedContext): Preparation;

  /**
   * Follows those of the tasks that the client may see.
   *
   * @param tell gets the state of a task, as `tasks/get` answers it, whenever that has changed
   * @throws {JsonRpcError} -32021
   */
  watch(ids: readonly string[], context: InvokedContext, tell: (task: object) => void): Promise<TaskWatch>;

  /** Fails the tasks that this process executes for clients whose access has ended. */
  revoke(isMeant: (client: Pick<McpSessionView, 'principal' | 'transport'>) => boolean): void;
}
