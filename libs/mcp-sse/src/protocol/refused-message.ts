import type { RequestId } from '@modelcontextprotocol/sdk/types.js';
import type { JsonRpcError } from '../model/errors/json-rpc.error.js';
import { isRequestId, type JsonRpcResponse } from './json-rpc.js';

/** Most calls that fail by one body: a small one can name a hundred thousand, and each would go to another node. */
const MAX_ANSWERS = 1_000;

/**
 * The id that the error for a refused message carries, so that the client knows which of its requests failed.
 *
 * @param message as parsed from its JSON, of any shape
 * @returns null without a legal id, and for an answer: its id is one of ours
 */
export function requestIdOf(message: unknown): RequestId | null {
  if (typeof message !== 'object' || message === null) return null;
  const { id, method, result, error } = message as Readonly<Record<string, unknown>>;
  const isAnswer = method === undefined && (result !== undefined || error !== undefined);
  return !isAnswer && isRequestId(id) ? id : null;
}

/**
 * The answers in a refused body or line, for the calls that wait for them to fail at once.
 *
 * @param json as parsed, of any shape
 * @param error why it was refused
 */
export function refusedAnswers(json: unknown, { message }: JsonRpcError): readonly JsonRpcResponse[] {
  const ids = new Set<RequestId>();
  for (const each of [json].flat()) {
    const id = answerIdOf(each);
    if (id !== undefined) ids.add(id);
    if (ids.size === MAX_ANSWERS) break;
  }
  return [...ids].map((id) => ({ kind: 'response', id, fault: message }));
}

/** An answer that has neither result nor error looks like a request without its method: it is one if a call waits. */
function answerIdOf(message: unknown): RequestId | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const { id, method } = message as Readonly<Record<string, unknown>>;
  return method === undefined && isRequestId(id) ? id : undefined;
}
