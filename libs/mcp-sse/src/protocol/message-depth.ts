import { ErrorCode, type RequestId } from '@modelcontextprotocol/sdk/types.js';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';
import { isRequestId } from './json-rpc.js';

/** A message is nested deeper than the limit. */
export class MessageTooDeepError extends JsonRpcError {
  /** @param id of the request; null if the message is no request or its id is not valid */
  constructor(
    maxDepth: number,
    readonly id: RequestId | null,
  ) {
    super(
      ErrorCode.InvalidRequest,
      `Invalid Request: the message is nested deeper than ${maxDepth} levels ("limits.maxMessageDepth")`,
    );
  }
}

/**
 * Refuses a parsed message that is nested too deep for recursive code, such as `JSON.stringify()`.
 *
 * @throws {MessageTooDeepError}
 */
export function assertDepth(message: unknown, maxDepth: number): void {
  if (isDeeper(message, maxDepth)) throw new MessageTooDeepError(maxDepth, idOf(message));
}

/** Recurses no deeper than the limit. */
function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) if (isDeeper(value[index], levels - 1)) return true;
    return false;
  }
  for (const name in value)
    if (isDeeper((value as Readonly<Record<string, unknown>>)[name], levels - 1)) return true;
  return false;
}

/** Only requests are answered. The id of a response is one that the server chose. */
function idOf(message: unknown) {
  const { id, method } = message as Readonly<Record<string, unknown>>;
  return typeof method === 'string' && isRequestId(id) ? id : null;
}
