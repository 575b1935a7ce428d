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

/** MCP leaves it to implementations; the same as other refusals of the transports. */
const REFUSED = -32000;

/**
 * The principal could have what it asks for with more scopes. Over HTTP it is 403 with a challenge that names
 * them, so that the client can ask its user for them.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/authorization#scope-challenge-handling
 */
export class InsufficientScopeError extends JsonRpcError {
  /** @param scopes all that are needed */
  constructor(readonly scopes: readonly string[]) {
    super(REFUSED, `Insufficient scope: ${scopes.join(' ')} needed. Authorize again with it.`, {
      error: 'insufficient_scope',
      scope: scopes.join(' '),
    });
  }
}
