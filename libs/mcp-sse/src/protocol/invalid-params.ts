import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';

/** @param fields the parameters that are wrong, by their paths */
export function invalidParams(fields: readonly string[]): JsonRpcError {
  return new JsonRpcError(
    ErrorCode.InvalidParams,
    `Invalid params: missing or of the wrong type: ${fields.join(', ')}`,
  );
}
