import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';
import { isMembers } from './protocol-shape.js';

/** The params of a request as its client sent them. */
export type Params = Readonly<Record<string, unknown>>;

/** @throws {JsonRpcError} -32602 unless the member is a string */
export function stringParam(params: Params, name: string): string {
  const value = params[name];
  if (typeof value === 'string') return value;
  throw new JsonRpcError(ErrorCode.InvalidParams, `Invalid params: "${name}" must be a string`);
}

/** The arguments of a call, none unless given. @throws {JsonRpcError} -32602 unless they are an object */
export function argumentsParam({ arguments: given }: Params): Params {
  const args = given ?? {};
  if (isMembers(args)) return args;
  throw new JsonRpcError(ErrorCode.InvalidParams, 'Invalid params: "arguments" must be an object');
}
