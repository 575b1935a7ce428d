/**
 * An error of the protocol. Thrown by a handler it becomes the JSON-RPC error of the request, code and message
 * as they are; every other exception is a business error or is masked.
 */
export class JsonRpcError extends Error {
  override readonly name = 'JsonRpcError';

  /**
   * @param code of JSON-RPC or MCP, such as -32602 for invalid parameters
   * @param options with the `cause`, which no client sees. Where that is an HttpException of 401, 403 or 429, the
   *   audit trail has the call as a denial
   */
  constructor(
    readonly code: number,
    message: string,
    readonly data?: unknown,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
