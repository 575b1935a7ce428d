/** Whether a tool's calls become tasks. `optional`: for the clients that take tasks. `required`: always. */
export type McpTaskSupport = 'optional' | 'required';

/** Answers one call with a task. */
export interface CallTasks {
  /** Whether the client takes tasks. */
  readonly areTaken: boolean;
  /** Lets the handler begin the task, by `ctx.beginTask()`. */
  allow(): void;
  /** Whether the handler has begun the task, so that the call is left. */
  readonly hasBegun: boolean;

  /**
   * Stores a task and has it executed.
   *
   * @returns the result that gives the client its handle
   * @throws {JsonRpcError}
   */
  make(tool: string, args: Readonly<Record<string, unknown>>): Promise<object>;
}
