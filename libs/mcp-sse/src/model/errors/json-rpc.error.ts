/**
 * An error of the protocol. Thrown by a handler it becomes the JSON-RPC error of the request, code and message
 * as they are; every other exception is a business error or is masked.
 */
export class JsonRpcError extends Error {
  override readonly name = 'JsonRpcError';

  /** @param code of JSON-RPC or MCP, such as -32602 for invalid parameters */
  constructor(
    readonly code: number,
    message: string,
    readonly data?: unknown,
  ) {
    super(message);
  }
}
