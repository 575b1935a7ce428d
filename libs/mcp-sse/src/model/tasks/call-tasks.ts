/** Whether a tool's calls become tasks. `optional`: for the clients that take tasks. `required`: always. */
export type McpTaskSupport = 'optional' | 'required';

/** Answers one call with a task. */
export interface CallTasks {
  /** Whether the client takes tasks. */
  readonly areTaken: boolean;

  /**
   * Stores a task and has it executed.
   *
   * @returns the result that gives the client its handle
   * @throws {JsonRpcError}
   */
  make(tool: string, args: Readonly<Record<string, unknown>>): Promise<object>;
}
