import { ErrorCode, type ProgressToken, type RequestId } from '@modelcontextprotocol/sdk/types.js';
import { beginningOf } from '../model/beginning-of.js';
import type { NegotiatedState } from '../model/cluster/session-record.js';
import type { ErrorReporter } from '../model/error-reporter.js';
import { countMembers } from '../model/count-members.js';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';
import { McpClientError } from '../model/errors/mcp-client.error.js';
import type { FormCheck } from '../model/form-check.js';
import { InsufficientScopeError } from '../model/errors/insufficient-scope.error.js';
import type { Invoker, PreparedRequest } from '../model/invoker.js';
import type { McpSessionView } from '../model/session-view.js';
import type { ObservedRequest } from '../model/traffic-observer.js';
import type { AdmittedMessage } from './admitted-message.js';
import { CallContext, type CallPort } from './call-context.js';
import { ClientRequestQueue, type ClientRequestContext } from './client-request-queue.js';
import type { ConnectionOptions } from './connection-options.js';
import type { ConnectionOutlet } from './connection-outlet.js';
import type { ConnectionState } from './connection-state.js';
import { RequestInFlightError } from './errors/request-in-flight.error.js';
import { TooManyRequestsError } from './errors/too-many-requests.error.js';
import { inFlightWeight } from './in-flight-weight.js';
import type { JsonRpcMessage, JsonRpcRequest, Params } from './json-rpc.js';
import type { MessageOrigin } from './message-origin.js';
import { MAX_ID_LENGTH, MAX_REASON_LENGTH } from './protocol-caps.js';
import { RequestMethods } from './request-methods.js';
import { ResourceSubscriptions } from './resource-subscriptions.js';
import { serializeError, serializeNotification, serializeResult } from './serialize.js';

type ClientRequestOptions = Omit<ClientRequestContext, 'timeoutMs'> & { readonly timeoutMs?: number };
type Notification = Extract<JsonRpcMessage, { kind: 'notification' }>;

/** A request that has no answer yet. */
interface InFlightRequest {
  readonly context: CallContext;
  /** Where somebody follows it. */
  readonly observed?: ObservedRequest;
}

/** One client's side of the protocol: what was negotiated, what is in flight, and what each message does. */
export class McpConnection implements CallPort {
  readonly state: ConnectionState = { subscriptions: new Set() };
  private readonly inFlightRequests = new Map<RequestId, InFlightRequest>();
  private readonly subscriptions = new ResourceSubscriptions(
    this.state.subscriptions,
    this.options.maxSubscriptions,
    {
      tell: (uri) => this.notify('notifications/resources/updated', { uri }),
      hold: (bytes) => this.outlet.hold(bytes),
      report: (error) => void this.errors.report(error, 'the policy, of a resource that has changed,'),
    },
  );
  private readonly methods = new RequestMethods(
    this.invoker,
    this.options,
    this.session.transport,
    this.state,
    this.subscriptions,
  );
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
    return this.inFlightRequests.size;
  }

  isInFlight(id: RequestId): boolean {
    return this.inFlightRequests.has(id);
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
   * @throws {RequestInFlightError} when a request with the id of one of them is in flight
   * @throws {TooManyRequestsError} when the limit of requests in flight would be exceeded
   */
  assertAcceptable(messages: readonly JsonRpcMessage[], expected: ReadonlySet<RequestId>): void {
    const { maxInFlight } = this.options;
    const ids = new Set<RequestId>();
    for (const message of messages) {
      if (message.kind !== 'request') continue;
      const { id } = message;
      if (this.inFlightRequests.has(id) || expected.has(id) || ids.has(id))
        throw new RequestInFlightError(id);
      ids.add(id);
    }
    if (ids.size > 0 && this.inFlightRequests.size + expected.size + ids.size > maxInFlight)
      throw new TooManyRequestsError(maxInFlight);
  }

  /** Finds out which requests among the messages their client may make: at once, unless a policy takes its time. */
  admit(
    messages: readonly JsonRpcMessage[],
    origin: MessageOrigin,
  ): readonly AdmittedMessage[] | Promise<readonly AdmittedMessage[]> {
    const admitted = messages.map((message) =>
      message.kind === 'request' ? this.admitRequest(message, origin) : { message, bytes: origin.bytes },
    );
    return admitted.some((each) => each instanceof Promise)
      ? Promise.all(admitted)
      : (admitted as AdmittedMessage[]);
  }

  /** Takes a message that is admitted and acceptable. A request is answered by the outlet, later. */
  accept({ message, bytes, request }: AdmittedMessage): void {
    if (request) void this.answer(message as JsonRpcRequest, request, bytes);
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

  /** Watches again what the client has subscribed to. @param originOf for whom; not called where there is nothing */
  async watchAgain(originOf: () => Promise<MessageOrigin>): Promise<void> {
    const { subscriptions } = this.state;
    if (subscriptions.size === 0) return;
    let origin: MessageOrigin;
    try {
      origin = await originOf();
    } catch (error) {
      this.errors.report(error, 'the contextFactory, of a session that another node has left,');
      return;
    }
    const watching = [...subscriptions].map(async (uri) => {
      const context = new CallContext(`subscription ${uri}`, this.session, undefined, origin, this);
      const watch = await this.methods.prepareSubscription({ uri }, context);
      await watch();
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

  /** @throws {McpClientError} as the queue does, and for an answer with too many members to look at each */
  async request(
    method: string,
    params: object | undefined,
    { relatesTo, signal, timeoutMs = this.options.clientRequestMs }: ClientRequestOptions,
  ): Promise<unknown> {
    const answer = await this.clientRequests.request(method, params, { relatesTo, signal, timeoutMs });
    const { maxAnswerMembers } = this.options;
    if (countMembers(answer, maxAnswerMembers) <= maxAnswerMembers) return answer;
    throw new McpClientError(
      `The client's answer to ${method} has more than ${maxAnswerMembers} members and elements in all ` +
        '("limits.maxArgumentMembers").',
    );
  }

  closeStream(relatesTo: RequestId, retryMs?: number): void {
    this.outlet.closeStream(relatesTo, retryMs);
  }

  /** Aborts what is in flight. @param error the answer to each of those requests */
  close(error: JsonRpcError): void {
    for (const [id, { context, observed }] of this.inFlightRequests) {
      context.abort(error);
      this.outlet.send(serializeError(id, error), id, true);
      observed?.end(undefined, '');
    }
    this.inFlightRequests.clear();
    this.checkIdle();
    this.subscriptions.removeAll();
  }

  private admitRequest(
    message: JsonRpcRequest,
    origin: MessageOrigin,
  ): AdmittedMessage | Promise<AdmittedMessage> {
    const { id, params } = message;
    const { bytes } = origin;
    const token = progressTokenOf(params);
    const context = new CallContext(id, this.session, token, origin, this);
    const admitted = (run: PreparedRequest) => ({ message, bytes, request: { context, run } });
    const refused = (error: unknown) => {
      const run = () => {
        throw error;
      };
      const refusal = error instanceof InsufficientScopeError ? error : undefined;
      return { message, bytes, request: { context, run, refusal } };
    };
    try {
      assertTokenLength(token);
      const prepared = this.methods.prepare(message, context);
      return prepared instanceof Promise ? prepared.then(admitted).catch(refused) : admitted(prepared);
    } catch (error) {
      return refused(error);
    }
  }

  private async answer(
    { id, method, params }: JsonRpcRequest,
    { context, run }: NonNullable<AdmittedMessage['request']>,
    bytes: number,
  ): Promise<void> {
    const observed = this.options.observer.request(method, params, context, bytes);
    const request = { context, observed };
    const weight = inFlightWeight(params, bytes);
    this.outlet.hold(weight);
    this.inFlightRequests.set(id, request);
    let outcome: object;
    let answer: string;
    try {
      outcome = await (observed?.run ? observed.run(run) : run());
      if (this.methods.changesState(method)) this.outlet.stateChanged();
      answer = serializeResult(id, outcome);
    } catch (error) {
      const failure = this.toJsonRpcError(error, method, context);
      outcome = failure;
      answer = serializeError(id, failure);
    } finally {
      this.outlet.hold(-weight);
    }
    if (this.inFlightRequests.get(id) !== request) return;
    this.inFlightRequests.delete(id);
    context.settle();
    this.outlet.send(answer, id, true);
    observed?.end(outcome, answer);
    this.checkIdle();
  }

  private acceptNotification({ method, params }: Notification): void {
    if (method === 'notifications/cancelled') this.cancel(params);
    if (method !== 'notifications/initialized' || !this.methods.isInitialized) return;
    this.state.initialized = true;
    this.outlet.stateChanged();
    this.clientRequests.sendHeld();
  }

  /** @see https://modelcontextprotocol.io/specification/2025-11-25/basic/utilities/cancellation */
  private cancel({ requestId, reason }: Params): void {
    const request = this.inFlightRequests.get(requestId as RequestId);
    if (!request) return;
    const { context, observed } = request;
    this.inFlightRequests.delete(context.requestId);
    this.checkIdle();
    const told = typeof reason === 'string' ? beginningOf(reason, MAX_REASON_LENGTH) : undefined;
    this.errors.debug(
      `The client cancelled request ${JSON.stringify(requestId)}: ${JSON.stringify(told)}`,
      context,
    );
    context.abort(new Error(told ?? 'The client cancelled the request.'));
    this.outlet.abandon(context.requestId);
    observed?.end(undefined, '');
  }

  private checkIdle(): void {
    if (this.inFlightRequests.size > 0 || this.idleListeners.length === 0) return;
    for (const listener of this.idleListeners.splice(0)) listener();
  }

  private toJsonRpcError(error: unknown, method: string, context: CallContext): JsonRpcError {
    if (error instanceof JsonRpcError) return error;
    const correlationId = this.errors.report(error, method, context);
    return new JsonRpcError(ErrorCode.InternalError, `Internal error (correlation id ${correlationId})`);
  }
}

/** @throws {JsonRpcError} -32602 */
function assertTokenLength(token: ProgressToken | undefined): void {
  if (typeof token === 'string' && token.length > MAX_ID_LENGTH)
    throw new JsonRpcError(
      ErrorCode.InvalidParams,
      `Invalid params: "_meta.progressToken" may have ${MAX_ID_LENGTH} characters at most`,
    );
}

function progressTokenOf({ _meta }: Params): ProgressToken | undefined {
  const token = (_meta as { progressToken?: unknown } | null | undefined)?.progressToken;
  return typeof token === 'string' || typeof token === 'number' ? token : undefined;
}
