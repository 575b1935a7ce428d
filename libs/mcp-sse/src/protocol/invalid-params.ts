import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import { tellFew } from '../model/tell-few.js';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';

/** @param fields the parameters that are wrong, by their paths */
export function invalidParams(fields: readonly string[]): JsonRpcError {
  return new JsonRpcError(
    ErrorCode.InvalidParams,
    `Invalid params: missing or of the wrong type: ${tellFew(fields, String)}`,
  );
}
