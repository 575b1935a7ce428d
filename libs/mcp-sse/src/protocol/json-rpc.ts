import { ErrorCode, type RequestId } from '@modelcontextprotocol/sdk/types.js';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';
import { SerializedMembers } from '../model/serialized-members.js';
import { assertDepth } from './message-depth.js';
import { ProgressParams } from './progress-params.js';

/** Most characters of a request id or progress token. A session keeps both, and messages repeat them. */
export const MAX_ID_LENGTH = 1_024;

export type Params = Readonly<Record<string, unknown>>;

/** The client's answer to a request of the server. It has one of `result`, `error` and `fault`. */
export interface JsonRpcResponse {
  readonly kind: 'response';
  readonly id: RequestId;
  readonly result?: unknown;
  readonly error?: unknown;
  /** Why the answer was refused. */
  readonly fault?: string;
}

export interface JsonRpcRequest {
  readonly kind: 'request';
  readonly id: RequestId;
  readonly method: string;
  readonly params: Params;
}

/** A message from the client whose envelope is valid. */
export type JsonRpcMessage =
  | JsonRpcRequest
  | { readonly kind: 'notification'; readonly method: string; readonly params: Params }
  | JsonRpcResponse;

const NO_PARAMS: Params = Object.freeze({});

/**
 * Checks the envelopes of what one body or line holds: one message, or several where the revision has batches.
 *
 * @param json as parsed
 * @param maxDepth levels that it may be nested
 * @throws {JsonRpcError} -32600 with a message that names the fault
 */
export function parseMessages(
  json: unknown,
  hasBatches: boolean,
  maxDepth: number,
): readonly JsonRpcMessage[] {
  assertDepth(json, maxDepth);
  const isBatch = hasBatches && Array.isArray(json) && json.length > 0;
  return isBatch ? json.map(parseMessage) : [parseMessage(json)];
}

/**
 * Checks the envelope of one JSON-RPC 2.0 message as MCP narrows it: no batches, ids are strings of at
 * most 1,024 characters or safe integers, parameters are an object.
 *
 * @throws {JsonRpcError} -32600 with a message that names the fault
 */
export function parseMessage(value: unknown): JsonRpcMessage {
  if (Array.isArray(value)) throw invalid('batches are not supported; send one message per request');
  if (!isObject(value)) throw invalid('a message must be an object');
  if (value['jsonrpc'] !== '2.0') throw invalid('"jsonrpc" must be "2.0"');
  if (value['method'] === undefined) return parseResponse(value);

  const { method } = value;
  if (typeof method !== 'string') throw invalid('"method" must be a string');
  const params = withoutNullMeta(isAbsent(value['params']) ? NO_PARAMS : value['params']);
  if (!isObject(params)) throw invalid('"params" must be an object');
  if (!('id' in value)) return { kind: 'notification', method, params };
  return { kind: 'request', id: requestId(value), method, params };
}

function parseResponse(value: Params): JsonRpcResponse {
  if (!('id' in value)) throw invalid('"method" is missing');
  // Clients in languages with null send `error: null` beside a result.
  const isError = 'error' in value && !('result' in value && value['error'] === null);
  if ('result' in value === isError) throw invalid('a response has either "result" or "error"');
  const { result, error } = value;
  return isError
    ? { kind: 'response', id: requestId(value), error }
    : { kind: 'response', id: requestId(value), result: withoutNullMeta(result) };
}

/** Some languages send null for what is absent, and an empty list for an empty object. */
function isAbsent(params: unknown): boolean {
  return params === undefined || params === null || (Array.isArray(params) && params.length === 0);
}

/** Takes `_meta: null` as absent. */
function withoutNullMeta(members: unknown): unknown {
  if (!isObject(members) || members['_meta'] !== null) return members;
  const { _meta, ...others } = members;
  return others;
}

/** Whether a value is an id as MCP allows it. */
export function isRequestId(value: unknown): value is RequestId {
  return typeof value === 'string' ? value.length <= MAX_ID_LENGTH : Number.isSafeInteger(value);
}

function requestId({ id }: Params): RequestId {
  if (isRequestId(id)) return id;
  if (typeof id === 'string') throw invalid(`"id" may have ${MAX_ID_LENGTH} characters at most`);
  throw invalid('"id" must be a string or an integer between -(2^53 - 1) and 2^53 - 1');
}

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is Params {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(problem: string): JsonRpcError {
  return new JsonRpcError(ErrorCode.InvalidRequest, `Invalid Request: ${problem}`);
}

/** @throws {TypeError} when JSON cannot express the result, such as a BigInt or a circle */
export function serializeResult(id: RequestId, result: object | SerializedMembers): string {
  const json = result instanceof SerializedMembers ? `{${result.text}}` : JSON.stringify(result);
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${json}}`;
}

/** @param id null if the request's id is unknown */
export function serializeError(id: RequestId | null, { code, message, data }: JsonRpcError): string {
  try {
    return JSON.stringify({ jsonrpc: '2.0', id, error: { code, message, data } });
  } catch {
    // JSON cannot express the application's data, so the error goes out without it.
    return JSON.stringify({ jsonrpc: '2.0', id, error: { code, message: String(message) } });
  }
}

/** @throws {TypeError} when JSON cannot express the parameters */
export function serializeNotification(method: string, params?: object): string {
  if (params instanceof ProgressParams)
    return `{"jsonrpc":"2.0","method":${JSON.stringify(method)},"params":${params.json}}`;
  return JSON.stringify({ jsonrpc: '2.0', method, params });
}

/** @throws {TypeError} when JSON cannot express the parameters */
export function serializeRequest(id: RequestId, method: string, params?: object): string {
  return JSON.stringify({ jsonrpc: '2.0', id, method, params });
}
