import type { RequestId } from '@modelcontextprotocol/sdk/types.js';
import type { JsonRpcError } from '../model/errors/json-rpc.error.js';
import { SerializedMembers } from '../model/serialized-members.js';

/** @throws {TypeError} when the result has no JSON, such as one with a BigInt or a circle */
export function serializeResult(id: RequestId, result: object | SerializedMembers): string {
  const json = result instanceof SerializedMembers ? `{${result.text}}` : JSON.stringify(result);
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${json}}`;
}

/** @param id null where the request's id is not known */
export function serializeError(id: RequestId | null, { code, message, data }: JsonRpcError): string {
  try {
    return JSON.stringify({ jsonrpc: '2.0', id, error: { code, message, data } });
  } catch {
    // The application's data has no JSON. The request is answered without it.
    return JSON.stringify({ jsonrpc: '2.0', id, error: { code, message: String(message) } });
  }
}

/** @throws {TypeError} when the parameters have no JSON */
export function serializeNotification(method: string, params?: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ jsonrpc: '2.0', method, params });
}

/** @throws {TypeError} when the parameters have no JSON */
export function serializeRequest(id: RequestId, method: string, params?: object): string {
  return JSON.stringify({ jsonrpc: '2.0', id, method, params });
}
