import { HttpException, HttpStatus } from '@nestjs/common';
import { ErrorCode, type McpError } from '@modelcontextprotocol/sdk/types.js';
import { HandlerTimeoutError } from '../model/errors/handler-timeout.error.js';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';
import { publicMessage } from '../model/public-message.js';

/** The specification's code for a resource that does not exist. */
export const RESOURCE_NOT_FOUND = -32002;

/** The error of the protocol that a handler threw on purpose, ours or the SDK's. */
export function asProtocolError(error: unknown): JsonRpcError | undefined {
  if (error instanceof JsonRpcError) return error;
  if (!isSdkError(error)) return undefined;
  return new JsonRpcError(error.code, error.message.replace(/^MCP error -?\d+: /, ''), error.data);
}

/** By its form: a CommonJS application has the SDK's other build, whose class is another one. */
function isSdkError(error: unknown): error is McpError {
  return error instanceof Error && error.name === 'McpError' && Number.isInteger((error as McpError).code);
}

/** The error of a resource or a prompt, which have no result that could carry it. */
export function toProtocolError(error: unknown): JsonRpcError | undefined {
  if (error instanceof HandlerTimeoutError) return new JsonRpcError(ErrorCode.RequestTimeout, error.message);
  const message = publicMessage(error);
  if (message === undefined) return asProtocolError(error);
  const status = error instanceof HttpException ? error.getStatus() : HttpStatus.INTERNAL_SERVER_ERROR;
  return new JsonRpcError(codeOf(status), message, undefined, { cause: error });
}

function codeOf(status: number): number {
  if (status === (HttpStatus.NOT_FOUND as number)) return RESOURCE_NOT_FOUND;
  if (status === (HttpStatus.BAD_REQUEST as number) || status === (HttpStatus.UNPROCESSABLE_ENTITY as number))
    return ErrorCode.InvalidParams;
  return status < 500 ? ErrorCode.InvalidRequest : ErrorCode.InternalError;
}
