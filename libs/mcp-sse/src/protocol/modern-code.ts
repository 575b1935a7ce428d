import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';

/**
 * The code of an error in the modern era, where those from -32019 to -32000 have no meaning.
 *
 * @param isServersFault whether the client could not have avoided it
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic#error-codes
 */
export function modernCode(code: number, isServersFault: boolean): number {
  if (code < -32019 || code > -32000) return code;
  return isServersFault ? ErrorCode.InternalError : ErrorCode.InvalidRequest;
}
