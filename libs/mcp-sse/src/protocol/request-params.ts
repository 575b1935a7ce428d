import {
  ErrorCode,
  type InitializeRequestParams,
  InitializeRequestParamsSchema,
  type ProgressToken,
} from '@modelcontextprotocol/sdk/types.js';
import { clip, tellFew } from '../model/clip.js';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';
import { MAX_ID_LENGTH, type Params } from './json-rpc.js';
import { jsonWeight } from './json-weight.js';

/** The error for parameters that are missing or of the wrong type. @param fields their paths */
export function invalidParams(fields: readonly string[]): JsonRpcError {
  return new JsonRpcError(
    ErrorCode.InvalidParams,
    `Invalid params: missing or of the wrong type: ${tellFew(fields, String)}`,
  );
}

/** Most characters of an unknown method that its error repeats. */
const MAX_METHOD_LENGTH = 256;

export function methodNotFound(name: string): JsonRpcError {
  return new JsonRpcError(ErrorCode.MethodNotFound, `Method not found: ${clip(name, MAX_METHOD_LENGTH)}`);
}

/** Most bytes that `clientInfo` and `capabilities` may weigh together, by `jsonWeight()`. Every session and task keeps both. */
const MAX_CLIENT_WEIGHT = 16 * 1024;

/**
 * Checks the parameters of `initialize`.
 *
 * @throws {JsonRpcError} -32602 when one is missing or wrong, or larger than a session keeps
 */
export function initializeParams(params: Params): InitializeRequestParams {
  assertClientWeight(params['clientInfo'], params['capabilities']);
  const { success, data, error } = InitializeRequestParamsSchema.safeParse(params);
  if (success) return data;
  throw invalidParams(error.issues.map(({ path }) => path.join('.') || 'params'));
}

/** @throws {JsonRpcError} -32602 when what a client says of itself is larger than a session or a task keeps */
export function assertClientWeight(clientInfo: unknown, capabilities: unknown): void {
  if (jsonWeight([clientInfo, capabilities], MAX_CLIENT_WEIGHT) > MAX_CLIENT_WEIGHT)
    throw new JsonRpcError(
      ErrorCode.InvalidParams,
      `Invalid params: "clientInfo" and "capabilities" are too large: ${MAX_CLIENT_WEIGHT} characters together at most, ` +
        'where each value counts as 16 more, each name too, and each object or array as 64',
    );
}

/** @throws {JsonRpcError} -32602 when the progress token is too long */
export function assertTokenLength(params: Params): void {
  const token = progressTokenOf(params);
  if (typeof token === 'string' && token.length > MAX_ID_LENGTH)
    throw new JsonRpcError(
      ErrorCode.InvalidParams,
      `Invalid params: "_meta.progressToken" may have ${MAX_ID_LENGTH} characters at most`,
    );
}

/** The progress token of a request, if it has a valid one. */
export function progressTokenOf({ _meta }: Params): ProgressToken | undefined {
  const token = (_meta as { progressToken?: unknown } | null | undefined)?.progressToken;
  return typeof token === 'string' || typeof token === 'number' ? token : undefined;
}
