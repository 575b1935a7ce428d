import { brand } from '../copies.js';

/**
 * An error of the protocol. Thrown by a handler, it becomes the JSON-RPC error of the request, with this code and
 * message. Other exceptions become results with `isError`, or are masked.
 */
export class JsonRpcError extends Error {
  static {
    brand(this, 'JsonRpcError');
  }

  override readonly name = 'JsonRpcError';

  /**
   * @param code JSON-RPC or MCP code, such as -32602 for invalid parameters
   * @param options may have a `cause`, which clients never see. If that is an HttpException of 401, 403 or 429, the audit
   *   trail records the call as a denial
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

/** MCP leaves this code to implementations. The transports use it for their refusals too. */
const REFUSED = -32000;

/**
 * The principal lacks scopes. Over HTTP the answer is 403 with a challenge that names them, so that the client can ask its
 * user for them.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/authorization#scope-challenge-handling
 */
export class InsufficientScopeError extends JsonRpcError {
  /** @param scopes all required scopes */
  constructor(readonly scopes: readonly string[]) {
    super(REFUSED, `Insufficient scope: ${scopes.join(' ')} needed. Authorize again with it.`, {
      error: 'insufficient_scope',
      scope: scopes.join(' '),
    });
  }
}

const HEADER_MISMATCH = -32020;

/**
 * A header that mirrors a part of the body is missing, malformed, or says something else than the body.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#server-validation
 */
export class HeaderMismatchError extends JsonRpcError {
  constructor(problem: string) {
    super(HEADER_MISMATCH, `Header mismatch: ${problem}`);
  }
}
