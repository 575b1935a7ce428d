/** A request to the client, whose capability and parameters are checked. */
export interface Question<T> {
  readonly method: string;
  readonly params: object | undefined;
  /** @throws {McpClientError} when the answer has the wrong shape or content */
  read(answer: unknown): T;
}
