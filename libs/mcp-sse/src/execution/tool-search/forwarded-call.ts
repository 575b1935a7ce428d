import { isMembers } from '../protocol-shape.js';
import type { Params } from '../sent-params.js';
import { CALL_TOOL } from './search-tools.js';

/**
 * The call that a call of `call_tool` asks for.
 *
 * @param params of `tools/call`, unchecked
 * @returns undefined for any other call, and for arguments that `call_tool` refuses
 */
export function forwardedCall(params: Params): Params | undefined {
  if (params['name'] !== CALL_TOOL || !isMembers(params['arguments'])) return undefined;
  const { name, arguments: args } = params['arguments'];
  if (typeof name !== 'string' || (args !== undefined && !isMembers(args))) return undefined;
  return { ...params, name, arguments: args };
}
