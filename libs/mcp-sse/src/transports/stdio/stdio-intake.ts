import type { Writable } from 'node:stream';
import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import type { ErrorReporter } from '../../model/error-reporter.js';
import { JsonRpcError } from '../../model/errors/json-rpc.error.js';
import { publicMessage } from '../../model/error-text.js';
import type { ResolvedOptions } from '../../model/resolved-options.js';
import { TooManyRequestsError } from '../../protocol/errors/too-many-requests.error.js';
import { type JsonRpcMessage, parseMessages, serializeError } from '../../protocol/json-rpc.js';
import { revisionOf } from '../../protocol/revisions.js';
import { refusedAnswers, requestIdOf } from '../../protocol/refused-message.js';
import { SessionClosedError } from '../../sessions/session.errors.js';
import type { McpSession } from '../../sessions/mcp-session.js';

/** The code that the official SDK uses for server errors. */
const SERVER_ERROR = -32000;

/** Passes a client's lines to its session, and answers refused lines with an error. */
export class StdioIntake {
  private readonly request: object;

  /** @param user the user that the process acts for */
  constructor(
    private readonly session: McpSession,
    private readonly options: Pick<ResolvedOptions, 'contextFactory' | 'limits'>,
    private readonly errors: ErrorReporter,
    private readonly output: Writable,
    user: object | undefined,
  ) {
    this.request = { headers: {}, query: {}, params: {}, user };
  }

  /** @param line undefined if it was too large */
  async receive(line: string | undefined): Promise<void> {
    let json: unknown;
    try {
      json = parse(line);
      const bytes = Buffer.byteLength(line!);
      await this.take(await this.messagesOf(json, bytes), bytes);
    } catch (error) {
      this.refuse(json, this.toJsonRpcError(error));
    }
  }

  /** If a client's answer is refused, the call that waits for it fails at once. @throws {JsonRpcError} */
  private async messagesOf(json: unknown, bytes: number): Promise<readonly JsonRpcMessage[]> {
    try {
      const isBatched = revisionOf(this.session.protocolVersion)?.hasBatches ?? false;
      return parseMessages(json, isBatched, this.options.limits.maxMessageDepth);
    } catch (error) {
      if (error instanceof JsonRpcError) await this.take(refusedAnswers(json, error), bytes);
      throw error;
    }
  }

  private async take(messages: readonly JsonRpcMessage[], bytes: number): Promise<void> {
    const { session, request } = this;
    if (messages.length === 0) return;
    const extras = await this.options.contextFactory?.(request);
    const { principal } = session;
    const origin = { principal, request, headers: {}, streamHeaders: {}, params: {}, bytes, extras };
    await session.accept(messages, origin);
  }

  /** Answers each request of the line with the error, since the client waits for each. */
  private refuse(json: unknown, error: JsonRpcError): void {
    const ids = new Set([json].flat().map(requestIdOf));
    ids.delete(null);
    // An error with the id of a request in flight would answer that request.
    for (const id of ids) if (this.session.isInFlight(id!)) ids.delete(id);
    if (ids.size === 0) ids.add(null);
    for (const id of ids) this.output.write(`${serializeError(id, error)}\n`);
  }

  private toJsonRpcError(error: unknown): JsonRpcError {
    if (error instanceof JsonRpcError) return error;
    const isOurs = error instanceof TooManyRequestsError || error instanceof SessionClosedError;
    const message = isOurs ? error.message : publicMessage(error);
    if (message !== undefined) return new JsonRpcError(SERVER_ERROR, message);
    const correlationId = this.errors.report(error, 'a message on standard input');
    return new JsonRpcError(ErrorCode.InternalError, `Internal error (correlation id ${correlationId})`);
  }
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
