import { JsonRpcError } from './json-rpc.error.js';

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
