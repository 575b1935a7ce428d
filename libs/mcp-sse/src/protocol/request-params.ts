import {
  ErrorCode,
  type InitializeRequestParams,
  InitializeRequestParamsSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { tellFew } from '../model/clip.js';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';
import { MAX_CLIENT_WEIGHT, type Params } from './json-rpc.js';
import { jsonWeight } from './json-weight.js';

/** @param fields the parameters that are wrong, by their paths */
export function invalidParams(fields: readonly string[]): JsonRpcError {
  return new JsonRpcError(
    ErrorCode.InvalidParams,
    `Invalid params: missing or of the wrong type: ${tellFew(fields, String)}`,
  );
}

/** @throws {JsonRpcError} -32602 when they are not those of an `initialize`, or larger than a session keeps */
export function initializeParams(params: Params): InitializeRequestParams {
  const kept = [params['clientInfo'], params['capabilities']];
  if (jsonWeight(kept, MAX_CLIENT_WEIGHT) > MAX_CLIENT_WEIGHT)
    throw new JsonRpcError(
      ErrorCode.InvalidParams,
      `Invalid params: "clientInfo" and "capabilities" are too large: ${MAX_CLIENT_WEIGHT} characters together at most, ` +
        'where each value counts as 16 more, each name too, and each object or array as 64',
    );
  const { success, data, error } = InitializeRequestParamsSchema.safeParse(params);
  if (success) return data;
  throw invalidParams(error.issues.map(({ path }) => path.join('.') || 'params'));
}
