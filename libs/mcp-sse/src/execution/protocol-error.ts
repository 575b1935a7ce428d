import { ForbiddenException, HttpException, HttpStatus } from '@nestjs/common';
import { ErrorCode, type McpError } from '@modelcontextprotocol/sdk/types.js';
import { HandlerTimeoutError } from '../model/errors/handler-timeout.error.js';
import { McpMissingCapabilityError } from '../model/errors/mcp-client.error.js';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';
import type { InvokedContext } from '../model/invoker.js';
import { publicMessage } from '../model/error-text.js';
import { clip } from '../model/clip.js';

/**
 * The codes of the legacy era that the modern one forbids, with what takes their place: of a request that took too long,
 * of a resource that is not found, and of a URL that the user must open first.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic#error-codes
 */
const REPLACED: Readonly<Record<number, number>> = {
  [ErrorCode.RequestTimeout]: ErrorCode.InternalError,
  [-32002]: ErrorCode.InvalidParams,
  [-32042]: ErrorCode.InternalError,
};

/** The JSON-RPC error that a handler threw on purpose, ours or the SDK's. */
export function asProtocolError(error: unknown, { era }: InvokedContext): JsonRpcError | undefined {
  const thrown = thrownProtocolError(error);
  const replacement = thrown && era === 'modern' ? REPLACED[thrown.code] : undefined;
  return thrown && replacement !== undefined
    ? new JsonRpcError(replacement, thrown.message, thrown.data, { cause: thrown.cause })
    : thrown;
}

function thrownProtocolError(error: unknown): JsonRpcError | undefined {
  if (error instanceof JsonRpcError) return error;
  if (!isSdkError(error)) return undefined;
  return new JsonRpcError(error.code, error.message.replace(/^MCP error -?\d+: /, ''), error.data);
}

/** Recognised by its shape: a CommonJS application loads another build of the SDK, with another class. */
function isSdkError(error: unknown): error is McpError {
  return error instanceof Error && error.name === 'McpError' && Number.isInteger((error as McpError).code);
}

/** The JSON-RPC error for an exception of a resource or prompt, whose results cannot carry errors. */
export function toProtocolError(error: unknown, context: InvokedContext): JsonRpcError | undefined {
  if (error instanceof HandlerTimeoutError)
    return asProtocolError(new JsonRpcError(ErrorCode.RequestTimeout, error.message), context);
  const missing = missingCapability(error, context);
  if (missing) return missing;
  const message = publicMessage(error);
  if (message === undefined) return asProtocolError(error, context);
  const status = error instanceof HttpException ? error.getStatus() : HttpStatus.INTERNAL_SERVER_ERROR;
  return new JsonRpcError(codeOf(status, context), message, undefined, { cause: error });
}

/** MCP's code since revision 2026-07-28. */
const MISSING_CLIENT_CAPABILITY = -32021;

/** The JSON-RPC error for a question that the client cannot answer, in the era that has one. */
export function missingCapability(error: unknown, { era }: InvokedContext): JsonRpcError | undefined {
  if (era === 'legacy' || !(error instanceof McpMissingCapabilityError)) return undefined;
  const { message, requiredCapabilities } = error;
  return new JsonRpcError(MISSING_CLIENT_CAPABILITY, message, { requiredCapabilities }, { cause: error });
}

function codeOf(status: number, { resourceNotFoundCode }: InvokedContext): number {
  if (status === (HttpStatus.NOT_FOUND as number)) return resourceNotFoundCode;
  if (status === (HttpStatus.BAD_REQUEST as number) || status === (HttpStatus.UNPROCESSABLE_ENTITY as number))
    return ErrorCode.InvalidParams;
  return status < 500 ? ErrorCode.InvalidRequest : ErrorCode.InternalError;
}

/** Made once: the time it takes to make one would tell a hidden feature from an unknown one. */
const HIDDEN: ErrorOptions = { cause: new ForbiddenException() };

const MAX_NAME_LENGTH = 256;

/**
 * The error for a request that names a feature that does not exist for its principal.
 *
 * @param problem such as `Unknown tool`
 * @param isHidden whether it exists for others; only the audit trail learns that
 */
export function unknownFeature(
  code: number,
  problem: string,
  name: string,
  isHidden: boolean,
  data?: unknown,
): JsonRpcError {
  return new JsonRpcError(
    code,
    `${problem}: ${clip(name, MAX_NAME_LENGTH)}`,
    data,
    isHidden ? HIDDEN : undefined,
  );
}
