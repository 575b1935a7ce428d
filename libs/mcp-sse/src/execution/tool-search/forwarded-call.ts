import { CALL_TOOL } from './search-tools.js';

type Params = Readonly<Record<string, unknown>>;

/**
 * The call that a call of `call_tool` asks for.
 *
 * @param params of `tools/call`, unchecked
 * @returns undefined for any other call, and for arguments that `call_tool` refuses
 */
export function forwardedCall(params: Params): Params | undefined {
  if (params['name'] !== CALL_TOOL || !isObject(params['arguments'])) return undefined;
  const { name, arguments: args } = params['arguments'];
  if (typeof name !== 'string' || (args !== undefined && !isObject(args))) return undefined;
  return { ...params, name, arguments: args };
}

function isObject(value: unknown): value is Params {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
