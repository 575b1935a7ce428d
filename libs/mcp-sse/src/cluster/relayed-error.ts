import { HttpException } from '@nestjs/common';
import type { RequestId } from '@modelcontextprotocol/sdk/types.js';
import { InsufficientScopeError, JsonRpcError } from '../model/errors/json-rpc.error.js';
import { ClusterUnavailableError } from '../model/errors/cluster.errors.js';
import { plainJson } from '../model/plain-json.js';
import { thrownText } from '../model/error-text.js';
import { RequestInFlightError } from '../protocol/errors/request-in-flight.error.js';
import { TooManyRequestsError } from '../protocol/errors/too-many-requests.error.js';
import { SessionClosedError, SessionMovedError } from '../sessions/session.errors.js';

/** An error, written as JSON for another node. */
export interface RelayedError {
  readonly name: string;
  readonly message: string;
  readonly detail?: unknown;
}

interface JsonRpcDetail {
  readonly code: number;
  readonly data?: unknown;
  /** The id of the request in flight that the error is about. */
  readonly inFlight?: RequestId;
}

/** @param error may be anything that an application throws */
export function relayedError(error: unknown): RelayedError {
  const { message } = thrownText(error);
  if (error instanceof InsufficientScopeError)
    return { name: 'InsufficientScopeError', message, detail: error.scopes };
  if (error instanceof JsonRpcError) return { name: 'JsonRpcError', message, detail: jsonRpcDetail(error) };
  if (error instanceof HttpException)
    return {
      name: 'HttpException',
      message,
      detail: { status: error.getStatus(), response: plainJson(error.getResponse()) },
    };
  if (error instanceof SessionMovedError) return { name: error.name, message, detail: error.hasBegun };
  if (error instanceof TooManyRequestsError)
    return { name: 'TooManyRequestsError', message, detail: error.maxInFlight };
  return { name: nameOf(error), message };
}

function jsonRpcDetail(error: JsonRpcError): JsonRpcDetail {
  const { code, data } = error;
  const inFlight = error instanceof RequestInFlightError ? error.requestId : undefined;
  return { code, data: plainJson(data), inFlight };
}

/** The names of known errors. Others are restored by their message alone. */
function nameOf(error: unknown): string {
  for (const known of [SessionClosedError, ClusterUnavailableError])
    if (error instanceof known) return error.name;
  return 'Error';
}

export function restoredError({ name, message, detail }: RelayedError): Error {
  switch (name) {
    case 'InsufficientScopeError':
      return new InsufficientScopeError(detail as string[]);
    case 'JsonRpcError': {
      const { code, data, inFlight } = detail as JsonRpcDetail;
      return inFlight === undefined
        ? new JsonRpcError(code, message, data)
        : new RequestInFlightError(inFlight);
    }
    case 'HttpException': {
      const { status, response } = detail as { status: number; response: string | object };
      return new HttpException(response, status);
    }
    case 'TooManyRequestsError':
      return new TooManyRequestsError(detail as number);
    case 'SessionClosedError':
      return new SessionClosedError();
    case 'SessionMovedError':
      return new SessionMovedError(detail === true);
    case 'ClusterUnavailableError':
      return new ClusterUnavailableError();
    default:
      return new Error(message);
  }
}
