import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';

/**
 * Refuses a parsed message that is nested too deep for recursive code, such as `JSON.stringify()`.
 *
 * @throws {JsonRpcError} -32600
 */
export function assertDepth(message: unknown, maxDepth: number): void {
  if (isDeeper(message, maxDepth))
    throw new JsonRpcError(
      ErrorCode.InvalidRequest,
      `Invalid Request: the message is nested deeper than ${maxDepth} levels ("limits.maxMessageDepth")`,
    );
}

/** Whether a value is nested deeper than a number of levels. Recurses no deeper than that. */
export function isDeeper(value: unknown, levels: number): boolean {
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
