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
import { CallContext, type CallPort } from './call-context.js';
import { ClientRequestQueue, type ClientRequestContext } from './client-request-queue.js';
import type { ConnectionState } from './connection-state.js';
import { TooManyRequestsError } from './errors/too-many-requests.error.js';
import type { JsonRpcMessage, Params } from './json-rpc.js';
import type { MessageOrigin } from './message-origin.js';
import { negotiateVersion } from './protocol-versions.js';
import { ResourceWatch } from './resource-watch.js';
import type { SendMessage } from './send-message.js';
import { serializeError, serializeNotification, serializeResult } from './serialize.js';

export interface ConnectionOptions {
  readonly serverInfo: Implementation;
  readonly instructions?: string;
  readonly maxInFlight: number;
  /** How long the client has to answer a request of the server, in milliseconds. */
  readonly clientRequestMs: number;
}

/** The way out of a connection. */
export interface ConnectionOutlet {
  readonly send: SendMessage;
  /** The request gets no answer: it was cancelled. */
  abandon(relatesTo: RequestId): void;
  /** See `McpContext.closeStream`. */
  closeStream(relatesTo: RequestId, retryMs?: number): void;
}

type ClientRequestOptions = Omit<ClientRequestContext, 'timeoutMs'> & { readonly timeoutMs?: number };
type Request = Extract<JsonRpcMessage, { kind: 'request' }>;

/** One client's side of the protocol: what was negotiated, what is in flight, and what each message does. */
export class McpConnection implements CallPort {
  readonly state: ConnectionState = { subscriptions: new Set() };
  private readonly inFlightCalls = new Map<RequestId, CallContext>();
  private readonly watches = new Map<string, ResourceWatch>();
  private readonly clientRequests: ClientRequestQueue;
  private idleListeners: (() => void)[] = [];

  constructor(
    private readonly invoker: Invoker,
    private readonly options: ConnectionOptions,
    private readonly errors: ErrorReporter,
    private readonly session: McpSessionView,
    private readonly outlet: ConnectionOutlet,
  ) {
    this.clientRequests = new ClientRequestQueue(outlet.send);
  }

  get inFlight(): number {
    return this.inFlightCalls.size;
  }

  /** Resolves as soon as nothing is in flight. */
  whenIdle(): Promise<void> {
    return new Promise((resolve) => {
      this.idleListeners.push(resolve);
      this.checkIdle();
    });
  }

  /**
   * Whether messages that come together can all be accepted.
   *
   * @throws {JsonRpcError} -32600 when a request with the id of one of them is in flight
   * @throws {TooManyRequestsError} when the limit of requests in flight would be exceeded
   */
  assertAcceptable(messages: readonly JsonRpcMessage[]): void {
    const ids = messages.filter((message) => message.kind === 'request').map(({ id }) => id);
    const taken = ids.find((id, index) => this.inFlightCalls.has(id) || ids.indexOf(id) !== index);
    if (taken !== undefined)
      throw new JsonRpcError(
        ErrorCode.InvalidRequest,
        `Invalid Request: a request with the id ${JSON.stringify(taken)} is in flight`,
      );
    if (ids.length > 0 && this.inFlightCalls.size + ids.length > this.options.maxInFlight)
      throw new TooManyRequestsError(this.options.maxInFlight);
  }

  /** Takes a message that is acceptable. A request is answered by the outlet, later. */
  accept(message: JsonRpcMessage, origin: MessageOrigin): void {
    if (message.kind === 'request') this.acceptRequest(message, origin);
    else if (message.kind === 'response') this.clientRequests.settle(message);
    else if (message.kind === 'notification' && message.method === 'notifications/cancelled')
      this.cancel(message.params);
  }

  /** @throws {TypeError} when the parameters have no JSON */
  notify(method: string, params?: Params, relatesTo?: RequestId): void {
    this.outlet.send(serializeNotification(method, params), relatesTo);
  }

  /** Tells the client that a resource has changed, if it has subscribed to it. */
  resourceUpdated(uri: string): void {
    if (this.state.subscriptions.has(uri)) this.notify('notifications/resources/updated', { uri });
  }

  request(
    method: string,
    params: object | undefined,
    { relatesTo, signal, timeoutMs = this.options.clientRequestMs }: ClientRequestOptions,
  ): Promise<unknown> {
    return this.clientRequests.request(method, params, { relatesTo, signal, timeoutMs });
  }

  closeStream(relatesTo: RequestId, retryMs?: number): void {
    this.outlet.closeStream(relatesTo, retryMs);
  }

  /** Aborts what is in flight. @param error the answer to each of those requests */
  close(error: JsonRpcError): void {
    for (const [id, call] of this.inFlightCalls) {
      call.abort(error);
      this.outlet.send(serializeError(id, error), id, true);
    }
    this.inFlightCalls.clear();
    this.checkIdle();
    for (const uri of [...this.watches.keys()]) this.stopWatching(uri);
  }

  private acceptRequest(message: Request, origin: MessageOrigin): void {
    const { id } = message;
    const context = new CallContext(id, this.session, progressTokenOf(message.params), origin, this);
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
    this.outlet.send(answer, id, true);
    this.checkIdle();
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
      case 'resources/subscribe':
        return this.subscribe(params, context);
      case 'resources/unsubscribe':
        return this.unsubscribe(params);
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
        resources: { listChanged: true, subscribe: true },
        prompts: { listChanged: true },
        logging: {},
        completions: {},
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

  private async subscribe({ uri }: Params, context: CallContext): Promise<object> {
    if (typeof uri !== 'string') throw invalidParams(['uri']);
    const watch =
      this.watches.get(uri) ??
      new ResourceWatch(this.invoker.watch(uri, context, () => this.resourceUpdated(uri)));
    this.watches.set(uri, watch);
    this.state.subscriptions.add(uri);
    try {
      await watch.started;
    } catch (error) {
      if (this.watches.get(uri) === watch) this.stopWatching(uri);
      throw error;
    }
    return {};
  }

  private unsubscribe({ uri }: Params): object {
    if (typeof uri !== 'string') throw invalidParams(['uri']);
    this.stopWatching(uri);
    return {};
  }

  private stopWatching(uri: string): void {
    this.watches.get(uri)?.end();
    this.watches.delete(uri);
    this.state.subscriptions.delete(uri);
  }

  /** @see https://modelcontextprotocol.io/specification/2025-11-25/basic/utilities/cancellation */
  private cancel({ requestId, reason }: Params): void {
    const context = this.inFlightCalls.get(requestId as RequestId);
    if (!context) return;
    this.inFlightCalls.delete(context.requestId);
    this.checkIdle();
    context.abort(new Error(typeof reason === 'string' ? reason : 'The client cancelled the request.'));
    this.outlet.abandon(context.requestId);
  }

  private checkIdle(): void {
    if (this.inFlightCalls.size > 0 || this.idleListeners.length === 0) return;
    for (const listener of this.idleListeners.splice(0)) listener();
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
