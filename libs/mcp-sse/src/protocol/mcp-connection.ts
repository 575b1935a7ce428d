import {
  ErrorCode,
  InitializeRequestParamsSchema,
  LoggingLevelSchema,
  type Implementation,
  type InitializeResult,
  type ProgressToken,
  type RequestId,
} from '@modelcontextprotocol/sdk/types.js';
import type { ErrorReporter } from '../model/error-reporter.js';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';
import type { Invoker } from '../model/invoker.js';
import type { SerializedJson } from '../model/serialized-json.js';
import type { McpSessionView } from '../model/session-view.js';
import { CallContext } from './call-context.js';
import type { ConnectionState } from './connection-state.js';
import { TooManyRequestsError } from './errors/too-many-requests.error.js';
import type { JsonRpcMessage, Params } from './json-rpc.js';
import type { MessageOrigin } from './message-origin.js';
import { negotiateVersion } from './protocol-versions.js';
import { serializeError, serializeNotification, serializeResult } from './serialize.js';

export interface ConnectionOptions {
  readonly serverInfo: Implementation;
  readonly instructions?: string;
  readonly maxInFlight: number;
}

type Request = Extract<JsonRpcMessage, { kind: 'request' }>;

/** One client's side of the protocol: what was negotiated, what is in flight, and what each message does. */
export class McpConnection {
  readonly state: ConnectionState = {};
  private readonly inFlightCalls = new Map<RequestId, CallContext>();

  /** @param send takes the JSON of each message to the client */
  constructor(
    private readonly invoker: Invoker,
    private readonly options: ConnectionOptions,
    private readonly errors: ErrorReporter,
    private readonly session: McpSessionView,
    private readonly send: (json: string) => void,
  ) {}

  get inFlight(): number {
    return this.inFlightCalls.size;
  }

  /**
   * Takes a message. A request that is accepted is answered by `send`, later; one that is refused is not.
   *
   * @throws {JsonRpcError} -32600 when a request with this id is in flight
   * @throws {TooManyRequestsError} when the limit of requests in flight is reached
   */
  accept(message: JsonRpcMessage, origin: MessageOrigin): void {
    if (message.kind === 'request') this.acceptRequest(message, origin);
    else if (message.kind === 'notification' && message.method === 'notifications/cancelled')
      this.cancel(message.params);
  }

  /** @throws {TypeError} when the parameters have no JSON */
  notify(method: string, params?: Params): void {
    this.send(serializeNotification(method, params));
  }

  /** Aborts what is in flight. @param error the answer to each of those requests */
  close(error: JsonRpcError): void {
    for (const [id, call] of this.inFlightCalls) {
      call.abort(error);
      this.send(serializeError(id, error));
    }
    this.inFlightCalls.clear();
  }

  private acceptRequest(message: Request, origin: MessageOrigin): void {
    const { id } = message;
    if (this.inFlightCalls.has(id))
      throw new JsonRpcError(
        ErrorCode.InvalidRequest,
        `Invalid Request: a request with the id ${JSON.stringify(id)} is in flight`,
      );
    if (this.inFlightCalls.size >= this.options.maxInFlight)
      throw new TooManyRequestsError(this.options.maxInFlight);

    const context = new CallContext(
      id,
      this.session,
      progressTokenOf(message.params),
      origin,
      this.state,
      (method, params) => this.notify(method, params),
    );
    this.inFlightCalls.set(id, context);
    void this.answer(message, context);
  }

  private async answer(message: Request, context: CallContext): Promise<void> {
    const { id, method } = message;
    let answer: string;
    try {
      answer = serializeResult(id, await this.respond(message, context));
    } catch (error) {
      answer = serializeError(id, this.toJsonRpcError(error, method));
    }
    if (this.inFlightCalls.get(id) !== context) return;
    this.inFlightCalls.delete(id);
    context.settle();
    this.send(answer);
  }

  private respond(
    { method, params }: Request,
    context: CallContext,
  ): Promise<object | SerializedJson> | object {
    switch (method) {
      case 'initialize':
        return this.initialize(params);
      case 'ping':
        return {};
      case 'logging/setLevel':
        return this.setLogLevel(params);
    }
    if (this.invoker.handles(method)) return this.invoker.invoke(method, params, context);
    throw new JsonRpcError(ErrorCode.MethodNotFound, `Method not found: ${method}`);
  }

  private initialize(params: Params): InitializeResult {
    if (this.state.protocolVersion !== undefined)
      throw new JsonRpcError(
        ErrorCode.InvalidRequest,
        'Invalid Request: the session is initialized already; open another one',
      );
    const { success, data, error } = InitializeRequestParamsSchema.safeParse(params);
    if (!success) throw invalidParams(error.issues.map((issue) => issue.path.join('.') || 'params'));

    this.state.protocolVersion = negotiateVersion(data.protocolVersion);
    this.state.clientInfo = data.clientInfo;
    this.state.clientCapabilities = data.capabilities;
    return {
      protocolVersion: this.state.protocolVersion,
      capabilities: {
        tools: { listChanged: true },
        resources: { listChanged: true },
        prompts: { listChanged: true },
        logging: {},
      },
      serverInfo: this.options.serverInfo,
      instructions: this.options.instructions,
    };
  }

  private setLogLevel({ level }: Params): object {
    const { success, data } = LoggingLevelSchema.safeParse(level);
    if (!success) throw invalidParams(['level']);
    this.state.logLevel = data;
    return {};
  }

  /** @see https://modelcontextprotocol.io/specification/2025-11-25/basic/utilities/cancellation */
  private cancel({ requestId, reason }: Params): void {
    const context = this.inFlightCalls.get(requestId as RequestId);
    if (!context) return;
    this.inFlightCalls.delete(context.requestId);
    context.abort(new Error(typeof reason === 'string' ? reason : 'The client cancelled the request.'));
  }

  private toJsonRpcError(error: unknown, method: string): JsonRpcError {
    if (error instanceof JsonRpcError) return error;
    const correlationId = this.errors.report(error, method);
    return new JsonRpcError(ErrorCode.InternalError, `Internal error (correlation id ${correlationId})`);
  }
}

function progressTokenOf({ _meta }: Params): ProgressToken | undefined {
  const token = (_meta as { progressToken?: unknown } | null | undefined)?.progressToken;
  return typeof token === 'string' || typeof token === 'number' ? token : undefined;
}

function invalidParams(fields: readonly string[]): JsonRpcError {
  return new JsonRpcError(
    ErrorCode.InvalidParams,
    `Invalid params: missing or of the wrong type: ${fields.join(', ')}`,
  );
}
