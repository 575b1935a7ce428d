import {
  InitializeRequestParamsSchema,
  type InitializeRequestParams,
} from '@modelcontextprotocol/sdk/types.js';
import { invalidParams } from './invalid-params.js';
import type { Params } from './json-rpc.js';

/** @throws {JsonRpcError} -32602 when they are not those of an `initialize` */
export function initializeParams(params: Params): InitializeRequestParams {
  const { success, data, error } = InitializeRequestParamsSchema.safeParse(params);
  if (success) return data;
  throw invalidParams(error.issues.map(({ path }) => path.join('.') || 'params'));
}
