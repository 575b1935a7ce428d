import {
  ErrorCode,
  LoggingLevelSchema,
  type Implementation,
  type InitializeResult,
  type ProgressToken,
  type RequestId,
} from '@modelcontextprotocol/sdk/types.js';
import type { NegotiatedState } from '../model/cluster/session-record.js';
import type { ErrorReporter } from '../model/error-reporter.js';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';
import type { FormCheck } from '../model/form-check.js';
import { InsufficientScopeError } from '../model/errors/insufficient-scope.error.js';
import type { Invoker, PreparedRequest } from '../model/invoker.js';
import type { McpSessionView } from '../model/session-view.js';
import type { ObservedRequest, TrafficObserver } from '../model/traffic-observer.js';
import type { AdmittedMessage } from './admitted-message.js';
import { CallContext, type CallPort } from './call-context.js';
import { ClientRequestQueue, type ClientRequestContext } from './client-request-queue.js';
import type { ConnectionState } from './connection-state.js';
import { TooManyRequestsError } from './errors/too-many-requests.error.js';
import { initializeParams } from './initialize-params.js';
import { invalidParams } from './invalid-params.js';
import type { JsonRpcMessage, Params } from './json-rpc.js';
import type { MessageOrigin } from './message-origin.js';
import { negotiateVersion } from './protocol-versions.js';
import { ResourceSubscriptions } from './resource-subscriptions.js';
import type { SendMessage } from './send-message.js';
import { serializeError, serializeNotification, serializeResult } from './serialize.js';

export interface ConnectionOptions {
  readonly serverInfo: Implementation;
  readonly instructions?: string;
  readonly maxInFlight: number;
  readonly maxSubscriptions: number;
  /** How long the client has to answer a request of the server, in milliseconds. */
  readonly clientRequestMs: number;
  readonly checkForm: FormCheck;
  readonly observer: TrafficObserver;
}

/** The way out of a connection. */
export interface ConnectionOutlet {
  readonly send: SendMessage;
  /** The request gets no answer: it was cancelled. */
  abandon(relatesTo: RequestId): void;
  /** See `McpContext.closeStream`. */
  closeStream(relatesTo: RequestId, retryMs?: number): void;
  /** What is agreed with the client has changed. Called before the answer that says so. */
  stateChanged(): void;
}

/** Requests that change what is agreed with the client. */
const CHANGES_STATE = new Set([
  'initialize',
  'logging/setLevel',
  'resources/subscribe',
  'resources/unsubscribe',
]);

type ClientRequestOptions = Omit<ClientRequestContext, 'timeoutMs'> & { readonly timeoutMs?: number };
type Request = Extract<JsonRpcMessage, { kind: 'request' }>;
type Notification = Extract<JsonRpcMessage, { kind: 'notification' }>;

/** One client's side of the protocol: what was negotiated, what is in flight, and what each message does. */
export class McpConnection implements CallPort {
  readonly state: ConnectionState = { subscriptions: new Set() };
  private readonly inFlightCalls = new Map<RequestId, CallContext>();
  private readonly subscriptions = new ResourceSubscriptions(
    this.state.subscriptions,
    this.options.maxSubscriptions,
    {
      tell: (uri) => this.notify('notifications/resources/updated', { uri }),
      report: (error) => void this.errors.report(error, 'the policy, of a resource that has changed,'),
    },
  );
  /** Requests that somebody follows. */
  private readonly observed = new Map<RequestId, ObservedRequest>();
  private readonly clientRequests: ClientRequestQueue;
  private idleListeners: (() => void)[] = [];

  constructor(
    private readonly invoker: Invoker,
    private readonly options: ConnectionOptions,
    private readonly errors: ErrorReporter,
    private readonly session: McpSessionView,
    private readonly outlet: ConnectionOutlet,
  ) {
    this.clientRequests = new ClientRequestQueue(
      outlet.send,
      () => this.state.initialized === true,
      (text) => errors.debug(text),
    );
  }

  get checkForm(): FormCheck {
    return this.options.checkForm;
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
   * @param expected ids of requests that will be accepted soon
   * @throws {JsonRpcError} -32600 when a request with the id of one of them is in flight
   * @throws {TooManyRequestsError} when the limit of requests in flight would be exceeded
   */
  assertAcceptable(messages: readonly JsonRpcMessage[], expected: ReadonlySet<RequestId>): void {
    const ids = messages.filter((message) => message.kind === 'request').map(({ id }) => id);
    // A batch of any size is not compared with itself.
    if (ids.length > this.options.maxInFlight) throw new TooManyRequestsError(this.options.maxInFlight);
    const taken = ids.find(
      (id, index) => this.inFlightCalls.has(id) || expected.has(id) || ids.indexOf(id) !== index,
    );
    if (taken !== undefined)
      throw new JsonRpcError(
        ErrorCode.InvalidRequest,
        `Invalid Request: a request with the id ${JSON.stringify(taken)} is in flight`,
      );
    if (ids.length > 0 && this.inFlightCalls.size + expected.size + ids.length > this.options.maxInFlight)
      throw new TooManyRequestsError(this.options.maxInFlight);
  }

  /** Finds out which requests among the messages their client may make. */
  admit(messages: readonly JsonRpcMessage[], origin: MessageOrigin): Promise<AdmittedMessage[]> {
    return Promise.all(
      messages.map(async (message) =>
        message.kind === 'request' ? this.admitRequest(message, origin) : { message, bytes: origin.bytes },
      ),
    );
  }

  /** Takes a message that is admitted and acceptable. A request is answered by the outlet, later. */
  accept({ message, bytes, request }: AdmittedMessage): void {
    if (request) void this.answer(message as Request, request, bytes);
    else if (message.kind === 'response') this.clientRequests.settle(message);
    else if (message.kind === 'notification') this.acceptNotification(message);
  }

  /**
   * Goes on from what another node has agreed with the client.
   *
   * @param lastRequestId that any node has sent to the client, or a greater one
   */
  restore({ subscriptions, ...negotiated }: NegotiatedState, lastRequestId: number): void {
    Object.assign(this.state, negotiated);
    for (const uri of subscriptions) this.state.subscriptions.add(uri);
    this.clientRequests.startAfter(lastRequestId);
  }

  /** Watches again what the client has subscribed to. @param origin for whom */
  async watchAgain(origin: MessageOrigin): Promise<void> {
    const watching = [...this.state.subscriptions].map(async (uri) => {
      const context = new CallContext(`subscription ${uri}`, this.session, undefined, origin, this);
      await (
        await this.prepareSubscription({ uri }, context)
      )();
    });
    // One that the client may not read any more is not told of, as when it changes.
    await Promise.allSettled(watching);
  }

  /** @throws {TypeError} when the parameters have no JSON */
  notify(method: string, params?: Params, relatesTo?: RequestId): void {
    this.outlet.send(serializeNotification(method, params), relatesTo);
  }

  /** Tells the client that a resource has changed, if it has subscribed to it. */
  resourceUpdated(uri: string): void {
    this.subscriptions.updated(uri);
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
      this.conclude(id);
    }
    this.inFlightCalls.clear();
    this.checkIdle();
    this.subscriptions.removeAll();
  }

  private async admitRequest(message: Request, origin: MessageOrigin): Promise<AdmittedMessage> {
    const { id, params } = message;
    const { bytes } = origin;
    const context = new CallContext(id, this.session, progressTokenOf(params), origin, this);
    try {
      return { message, bytes, request: { context, run: await this.prepare(message, context) } };
    } catch (error) {
      const run = () => Promise.reject(error as Error);
      const refusal = error instanceof InsufficientScopeError ? error : undefined;
      return { message, bytes, request: { context, run, refusal } };
    }
  }

  private async answer(
    { id, method, params }: Request,
    { context, run }: NonNullable<AdmittedMessage['request']>,
    bytes: number,
  ): Promise<void> {
    this.inFlightCalls.set(id, context);
    const observed = this.options.observer.request(method, params, context, bytes);
    if (observed) this.observed.set(id, observed);
    let outcome: object;
    let answer: string;
    try {
      outcome = await (observed?.run ? observed.run(run) : run());
      if (CHANGES_STATE.has(method)) this.outlet.stateChanged();
      answer = serializeResult(id, outcome);
    } catch (error) {
      const failure = this.toJsonRpcError(error, method, context);
      outcome = failure;
      answer = serializeError(id, failure);
    }
    if (this.inFlightCalls.get(id) !== context) return;
    this.inFlightCalls.delete(id);
    context.settle();
    this.outlet.send(answer, id, true);
    this.conclude(id, outcome, answer);
    this.checkIdle();
  }

  /** Tells who wants to know how a request has ended: without an outcome, when it has no answer. */
  private conclude(id: RequestId, outcome?: object, answer = ''): void {
    const observed = this.observed.get(id);
    if (!observed) return;
    this.observed.delete(id);
    observed.end(outcome, answer);
  }

  private acceptNotification({ method, params }: Notification): void {
    if (method === 'notifications/cancelled') this.cancel(params);
    if (method !== 'notifications/initialized' || !this.isInitialized) return;
    this.state.initialized = true;
    this.outlet.stateChanged();
    this.clientRequests.sendHeld();
  }

  private async prepare({ method, params }: Request, context: CallContext): Promise<PreparedRequest> {
    switch (method) {
      case 'initialize':
        return async () => this.initialize(params);
      case 'ping':
        return async () => ({});
      case 'logging/setLevel':
        this.assertInitialized();
        return async () => this.setLogLevel(params);
      case 'resources/subscribe':
        this.assertInitialized();
        return this.prepareSubscription(params, context);
      case 'resources/unsubscribe':
        this.assertInitialized();
        return async () => this.unsubscribe(params);
    }
    // Before all else: clients ask for methods of later revisions to learn that they are not served.
    if (!this.invoker.handles(method))
      throw new JsonRpcError(ErrorCode.MethodNotFound, `Method not found: ${method}`);
    this.assertInitialized();
    return this.invoker.prepare(method, params, context);
  }

  private get isInitialized(): boolean {
    return this.state.protocolVersion !== undefined;
  }

  /**
   * Only where a client has one session for life. Streamable HTTP opens its sessions by `initialize` or has none,
   * and clients of HTTP+SSE that lost their stream go on in a new session without another one.
   */
  private assertInitialized(): void {
    if (this.session.transport === 'stdio' && !this.isInitialized)
      throw new JsonRpcError(
        ErrorCode.InvalidRequest,
        'Invalid Request: the session is not initialized; send "initialize" first',
      );
  }

  private initialize(params: Params): InitializeResult {
    if (this.isInitialized)
      throw new JsonRpcError(
        ErrorCode.InvalidRequest,
        'Invalid Request: the session is initialized already; open another one',
      );
    const { protocolVersion, clientInfo, capabilities } = initializeParams(params);
    this.state.protocolVersion = negotiateVersion(protocolVersion);
    this.state.clientInfo = clientInfo;
    this.state.clientCapabilities = capabilities;
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

  private async prepareSubscription({ uri }: Params, context: CallContext): Promise<PreparedRequest> {
    if (typeof uri !== 'string') throw invalidParams(['uri']);
    const resource = await this.invoker.watchable(uri, context);
    return async () => {
      await this.subscriptions.add(uri, resource);
      return {};
    };
  }

  private unsubscribe({ uri }: Params): object {
    if (typeof uri !== 'string') throw invalidParams(['uri']);
    this.subscriptions.remove(uri);
    return {};
  }

  /** @see https://modelcontextprotocol.io/specification/2025-11-25/basic/utilities/cancellation */
  private cancel({ requestId, reason }: Params): void {
    const context = this.inFlightCalls.get(requestId as RequestId);
    if (!context) return;
    this.inFlightCalls.delete(context.requestId);
    this.checkIdle();
    this.errors.debug(`The client cancelled request ${JSON.stringify(requestId)}: ${JSON.stringify(reason)}`);
    context.abort(new Error(typeof reason === 'string' ? reason : 'The client cancelled the request.'));
    this.outlet.abandon(context.requestId);
    this.conclude(context.requestId);
  }

  private checkIdle(): void {
    if (this.inFlightCalls.size > 0 || this.idleListeners.length === 0) return;
    for (const listener of this.idleListeners.splice(0)) listener();
  }

  private toJsonRpcError(error: unknown, method: string, { correlationId }: CallContext): JsonRpcError {
    if (error instanceof JsonRpcError) return error;
    this.errors.report(error, method, correlationId);
    return new JsonRpcError(ErrorCode.InternalError, `Internal error (correlation id ${correlationId})`);
  }
}

function progressTokenOf({ _meta }: Params): ProgressToken | undefined {
  const token = (_meta as { progressToken?: unknown } | null | undefined)?.progressToken;
  return typeof token === 'string' || typeof token === 'number' ? token : undefined;
}
