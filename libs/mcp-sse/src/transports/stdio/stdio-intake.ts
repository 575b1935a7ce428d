import { ErrorCode, type RequestId } from '@modelcontextprotocol/sdk/types.js';
import { publicMessage } from '../../model/error-text.js';
import { ClusterUnavailableError } from '../../model/errors/cluster.errors.js';
import { JsonRpcError } from '../../model/errors/json-rpc.error.js';
import type { MessageOrigin } from '../../protocol/call-port.js';
import { TooManyRequestsError } from '../../protocol/errors/too-many-requests.error.js';
import { type JsonRpcMessage, parseMessage, parseMessages, serializeError } from '../../protocol/json-rpc.js';
import { assertDepth } from '../../protocol/message-depth.js';
import { modernCode } from '../../protocol/modern-code.js';
import { refusedAnswers, requestIdOf } from '../../protocol/refused-message.js';
import { claimedVersion } from '../../protocol/request-meta.js';
import { revisionOf } from '../../protocol/revisions.js';
import type { McpSession } from '../../sessions/mcp-session.js';
import { SessionClosedError, SessionLimitError, ShuttingDownError } from '../../sessions/session.errors.js';
import type { LocalRequest } from './local-client.js';
import type { LocalServer } from './local-server.js';
import type { StdioRequests } from './stdio-requests.js';
import type { LineSink } from './stdio.outlet.js';

/** The code that the official SDK uses for server errors. */
const SERVER_ERROR = -32000;
const OURS = [
  TooManyRequestsError,
  SessionClosedError,
  SessionLimitError,
  ShuttingDownError,
  ClusterUnavailableError,
];
const CANCELLED = 'The client cancelled the request.';

/** Takes a client's lines, in its session or without one, and answers refused lines with an error. */
export class StdioIntake {
  constructor(
    private readonly session: McpSession,
    private readonly requests: StdioRequests,
    private readonly server: Pick<LocalServer, 'options' | 'errors'>,
    private readonly request: LocalRequest,
    private readonly output: LineSink,
  ) {}

  /** @param line undefined if it was too large */
  async receive(line: string | undefined): Promise<void> {
    let json: unknown;
    try {
      json = parse(line);
      const bytes = Buffer.byteLength(line!);
      if (this.isModern(json)) await this.takeModern(json, bytes);
      else await this.takeInSession(await this.messagesOf(json, bytes), bytes);
    } catch (error) {
      const refusal = this.toJsonRpcError(error);
      this.refuse(json, this.isModern(json) ? asModern(refusal) : refusal);
    }
  }

  /** An `initialize` makes the whole process one of the legacy era. */
  private isModern(json: unknown): boolean {
    const { modern, legacy } = this.server.options.protocol;
    if (!modern || this.session.protocolVersion !== undefined) return false;
    return !legacy || claimedVersion(json) !== undefined || this.isCancellation(json);
  }

  /** Whether a message cancels a request of the modern era. It need not claim a version. */
  private isCancellation(json: unknown): boolean {
    const { method, params } = (json ?? {}) as { method?: unknown; params?: { requestId?: unknown } | null };
    return method === 'notifications/cancelled' && this.requests.has(params?.requestId as RequestId);
  }

  /** @throws {JsonRpcError} */
  private async takeModern(json: unknown, bytes: number): Promise<void> {
    assertDepth(json, this.server.options.limits.maxMessageDepth);
    const message = parseMessage(json);
    if (message.kind === 'request') return this.requests.receive(message, await this.originOf(bytes));
    if (message.kind === 'response')
      throw new JsonRpcError(ErrorCode.InvalidRequest, 'Invalid Request: the server has sent no request');
    const { requestId, reason } = message.params;
    if (message.method === 'notifications/cancelled')
      this.requests.cancel(requestId as RequestId, typeof reason === 'string' ? reason : CANCELLED);
  }

  /** If a client's answer is refused, the call that waits for it fails at once. @throws {JsonRpcError} */
  private async messagesOf(json: unknown, bytes: number): Promise<readonly JsonRpcMessage[]> {
    try {
      const isBatched = revisionOf(this.session.protocolVersion)?.hasBatches ?? false;
      return parseMessages(json, isBatched, this.server.options.limits.maxMessageDepth);
    } catch (error) {
      if (error instanceof JsonRpcError) await this.takeInSession(refusedAnswers(json, error), bytes);
      throw error;
    }
  }

  private async takeInSession(messages: readonly JsonRpcMessage[], bytes: number): Promise<void> {
    if (messages.length > 0) await this.session.accept(messages, await this.originOf(bytes));
  }

  private async originOf(bytes: number): Promise<MessageOrigin> {
    // Each message has its own, as over HTTP: a guard may add to it.
    const request = { ...this.request };
    const extras = await this.server.options.contextFactory?.(request);
    const { principal } = this.session;
    const { headers, params } = request;
    return { principal, request, headers, streamHeaders: headers, params, bytes, extras };
  }

  /** Answers each request of the line with the error, since the client waits for each. */
  private refuse(json: unknown, error: JsonRpcError): void {
    const ids = new Set([json].flat().map(requestIdOf));
    ids.delete(null);
    // An error with the id of a request in flight would answer that request.
    for (const id of ids) if (this.session.isInFlight(id!) || this.requests.has(id!)) ids.delete(id);
    if (ids.size === 0) ids.add(null);
    for (const id of ids) this.output.write(`${serializeError(id, error)}\n`);
  }

  private toJsonRpcError(error: unknown): JsonRpcError {
    if (error instanceof JsonRpcError) return error;
    const ours = OURS.some((type) => error instanceof type) ? (error as Error) : undefined;
    const message = ours ? ours.message : publicMessage(error);
    if (message !== undefined) return new JsonRpcError(SERVER_ERROR, message);
    const correlationId = this.server.errors.report(error, 'a message on standard input');
    return new JsonRpcError(ErrorCode.InternalError, `Internal error (correlation id ${correlationId})`);
  }
}

function asModern({ code, message, data }: JsonRpcError): JsonRpcError {
  return new JsonRpcError(modernCode(code, false), message, data);
}

/** @throws {JsonRpcError} */
function parse(line: string | undefined): unknown {
  if (line === undefined)
    throw new JsonRpcError(ErrorCode.InvalidRequest, 'Invalid Request: the message is too large');
  try {
    return JSON.parse(line);
  } catch {
    throw new JsonRpcError(ErrorCode.ParseError, 'Parse error: the line is not JSON');
  }
}
