import {
  Catch,
  HttpException,
  HttpStatus,
  Inject,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import { AuthorizationServerException } from '../../auth/authorization-server.client.js';
import { claimedCall } from '../../http/claimed-call.js';
import { rawRequest } from '../../http/raw-request.js';
import { ERROR_REPORTER, type ErrorReporter } from '../../model/error-reporter.js';
import { InsufficientScopeError, JsonRpcError } from '../../model/errors/json-rpc.error.js';
import { ClusterUnavailableError } from '../../model/errors/cluster.errors.js';
import { TRAFFIC_OBSERVER, type TrafficObserver } from '../../model/traffic-observer.js';
import { RequestInFlightError } from '../../protocol/errors/request-in-flight.error.js';
import { TooManyRequestsError } from '../../protocol/errors/too-many-requests.error.js';
import { publicMessage } from '../../model/error-text.js';
import { SessionClosedError, SessionLimitError, ShuttingDownError } from '../../sessions/session.errors.js';
import { modernCode } from '../../protocol/modern-code.js';
import { MODERN_VERSIONS } from '../../protocol/revisions.js';
import { readIdOf } from './message-body.js';
import { ProtectedResource } from '../routes/protected-resource.js';

interface HttpAnswer {
  readonly status: number;
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
  /** Seconds after which the client may try again. */
  readonly retryAfter?: number;
  /** Stands in the log of the error too. */
  readonly correlationId?: string;
}

/** MCP leaves these to implementations; the official SDK uses the same. */
const SESSION_NOT_FOUND = -32001;
const SERVER_ERROR = -32000;

/**
 * Answers every exception on a route of the module with its HTTP status and a JSON-RPC error, which carries the id of
 * the request once the body is read.
 */
@Catch()
export class JsonRpcFilter implements ExceptionFilter {
  constructor(
    private readonly host: HttpAdapterHost,
    @Inject(ERROR_REPORTER) private readonly errors: ErrorReporter,
    @Inject(TRAFFIC_OBSERVER) private readonly observer: TrafficObserver,
    private readonly resource: ProtectedResource,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const { httpAdapter } = this.host;
    const http = host.switchToHttp();
    const response: unknown = http.getResponse();
    if (httpAdapter.isHeadersSent(response)) return;
    const { status, code, message, data, retryAfter, correlationId } = this.answerTo(
      error,
      http.getRequest(),
    );
    const challenge = this.challengeOf(error, status, http.getRequest());
    if (retryAfter !== undefined) httpAdapter.setHeader(response, 'Retry-After', String(retryAfter));
    if (challenge !== undefined) httpAdapter.setHeader(response, 'WWW-Authenticate', challenge);
    // Do not wait for a client that sends too slowly.
    if (status === (HttpStatus.REQUEST_TIMEOUT as number))
      httpAdapter.setHeader(response, 'Connection', 'close');
    httpAdapter.setHeader(response, 'Content-Type', 'application/json');
    const told = isModern(http.getRequest()) ? modernCode(code, status >= 500) : code;
    const id = error instanceof RequestInFlightError ? null : readIdOf(http.getRequest());
    httpAdapter.reply(response, { jsonrpc: '2.0', error: { code: told, message, data }, id }, status);
    this.observer.refusal(http.getRequest(), error, status, correlationId);
  }

  /** The value of `WWW-Authenticate`, if another token, or one at all, would help. */
  private challengeOf(error: unknown, status: number, request: object): string | undefined {
    if (error instanceof InsufficientScopeError)
      return this.resource.challenge(request, { error: 'insufficient_scope', scopes: error.scopes });
    if (status !== (HttpStatus.UNAUTHORIZED as number)) return undefined;
    const isWrong = rawRequest(request).headers.authorization !== undefined;
    return this.resource.challenge(request, isWrong ? { error: 'invalid_token' } : {});
  }

  private answerTo(error: unknown, request: object): HttpAnswer {
    if (error instanceof InsufficientScopeError)
      return { status: HttpStatus.FORBIDDEN, code: error.code, message: error.message };
    if (error instanceof JsonRpcError)
      return { status: HttpStatus.BAD_REQUEST, code: error.code, message: error.message, data: error.data };
    if (error instanceof SessionClosedError)
      return { status: HttpStatus.NOT_FOUND, code: SESSION_NOT_FOUND, message: error.message };
    if (error instanceof TooManyRequestsError)
      return {
        status: HttpStatus.TOO_MANY_REQUESTS,
        code: SERVER_ERROR,
        message: error.message,
        retryAfter: 1,
      };
    if (error instanceof ClusterUnavailableError)
      return {
        status: HttpStatus.SERVICE_UNAVAILABLE,
        code: SERVER_ERROR,
        message: error.message,
        retryAfter: 1,
      };
    if (error instanceof SessionLimitError || error instanceof ShuttingDownError)
      return {
        status: HttpStatus.SERVICE_UNAVAILABLE,
        code: SERVER_ERROR,
        message: error.message,
        retryAfter: 10,
      };
    if (error instanceof AuthorizationServerException)
      return { status: error.getStatus(), code: SERVER_ERROR, message: error.message, retryAfter: 5 };
    const message = publicMessage(error);
    if (message !== undefined) {
      const status = error instanceof HttpException ? error.getStatus() : HttpStatus.BAD_REQUEST;
      return { status, code: codeOf(status), message };
    }
    const correlationId = this.errors.report(error, claimOf(request));
    return {
      status: HttpStatus.INTERNAL_SERVER_ERROR,
      code: ErrorCode.InternalError,
      message: `Internal error (correlation id ${correlationId})`,
      correlationId,
    };
  }
}

/** What failed, for the log: the message itself may be unread. */
function claimOf(request: object): string {
  const { method, name } = claimedCall(request);
  const claimed = [method, name].filter((part) => part !== undefined).join(' ');
  return claimed === ''
    ? 'a request of the transport'
    : `a request of the transport, by its headers ${claimed},`;
}

function codeOf(status: number): number {
  switch (status as HttpStatus) {
    case HttpStatus.BAD_REQUEST:
      return ErrorCode.InvalidRequest;
    case HttpStatus.NOT_FOUND:
      return SESSION_NOT_FOUND;
    default:
      return SERVER_ERROR;
  }
}

/** By its header: the body may not have been read. */
function isModern(request: object): boolean {
  const version = rawRequest(request).headers['mcp-protocol-version'];
  return typeof version === 'string' && MODERN_VERSIONS.includes(version);
}
