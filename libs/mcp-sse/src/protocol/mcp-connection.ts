import type { RequestId } from '@modelcontextprotocol/sdk/types.js';
import type { FormCheck } from '../model/client-requests.js';
import { beginningOf } from '../model/clip.js';
import type { NegotiatedState } from '../model/cluster/session-record.js';
import { countMembers } from '../model/count-members.js';
import type { ErrorReporter } from '../model/error-reporter.js';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';
import { McpClientError } from '../model/errors/mcp-client.error.js';
import type { Invoker } from '../model/invoker.js';
import { policyContextOf } from '../model/mcp-policy.js';
import type { McpSessionView, McpTransportName } from '../model/session-view.js';
import type { TrafficObserver } from '../model/traffic-observer.js';
import { CallContext } from './call-context.js';
import type { ContextRequestOptions, MessageOrigin } from './call-port.js';
import { ClientRequestQueue } from './client-request-queue.js';
import type { ConnectionOptions } from './connection-options.js';
import type { ConnectionOutlet } from './connection-outlet.js';
import type { ConnectionState } from './connection-state.js';
import { RequestInFlightError } from './errors/request-in-flight.error.js';
import { TooManyRequestsError } from './errors/too-many-requests.error.js';
import { type AdmittedMessage, Execution, type ExecutionHost } from './execution.js';
import {
  type JsonRpcMessage,
  type Params,
  serializeError,
  serializeNotification,
  serializeResult,
} from './json-rpc.js';
import type { Question } from './input/question.js';
import { runStep, stepResult } from './input/step-result.js';
import { type MethodsHost, RequestMethods } from './request-methods.js';
import { ResourceSubscriptions } from './resource-subscriptions.js';

/** Most characters of a client's reason to cancel that handlers and the log are told. */
const MAX_REASON_LENGTH = 1_024;

type Notification = Extract<JsonRpcMessage, { kind: 'notification' }>;

/** The protocol's side of one session: what was negotiated, and the requests in flight both ways. */
export class McpConnection implements ExecutionHost, MethodsHost {
  readonly state: ConnectionState = {};
  private readonly executions = new Map<RequestId, Execution>();
  private readonly methods = new RequestMethods(this.invoker, this.options, this);
  // Most sessions are idle, and many need neither: each takes half a kilobyte.
  private resources?: ResourceSubscriptions;
  private clientRequests?: ClientRequestQueue;
  private idleListeners?: (() => void)[];
  private isClosed = false;

  constructor(
    private readonly invoker: Invoker,
    private readonly options: ConnectionOptions,
    readonly errors: ErrorReporter,
    readonly session: McpSessionView,
    private readonly outlet: ConnectionOutlet,
  ) {}

  get transport(): McpTransportName {
    return this.session.transport;
  }

  get subscriptions(): ResourceSubscriptions {
    return (this.resources ??= this.subscribing());
  }

  get checkForm(): FormCheck {
    return this.options.checkForm;
  }

  get observer(): TrafficObserver {
    return this.options.observer;
  }

  get inFlight(): number {
    return this.executions.size;
  }

  isInFlight(id: RequestId): boolean {
    return this.executions.has(id);
  }

  /** Resolves as soon as nothing is in flight. */
  whenIdle(): Promise<void> {
    return new Promise((resolve) => {
      (this.idleListeners ??= []).push(resolve);
      this.checkIdle();
    });
  }

  /**
   * Checks that messages that come together can all be accepted.
   *
   * @param expected ids of requests that will be accepted soon
   * @throws {RequestInFlightError} when a request with the id of one of them is in flight
   * @throws {TooManyRequestsError} when the limit of requests in flight would be exceeded
   */
  assertAcceptable(messages: readonly JsonRpcMessage[], expected: ReadonlySet<RequestId>): void {
    const { maxInFlight } = this.options;
    const ids = messages.length > 1 ? new Set<RequestId>() : undefined;
    let requests = 0;
    for (const message of messages) {
      if (message.kind !== 'request') continue;
      const { id } = message;
      if (this.executions.has(id) || expected.has(id) || ids?.has(id)) throw new RequestInFlightError(id);
      ids?.add(id);
      requests++;
    }
    if (requests > 0 && this.executions.size + expected.size + requests > maxInFlight)
      throw new TooManyRequestsError(maxInFlight);
  }

  /** Finds out which messages their client may send. Returns a promise only if a policy does. */
  admit(
    messages: readonly JsonRpcMessage[],
    origin: MessageOrigin,
  ): readonly AdmittedMessage[] | Promise<readonly AdmittedMessage[]> {
    const { bytes } = origin;
    let isPending = false;
    const admitted = messages.map((message): AdmittedMessage | Promise<AdmittedMessage> => {
      if (message.kind !== 'request') return { message, bytes };
      const prepared = new Execution(message, origin, this).prepare(this.methods);
      if (!(prepared instanceof Promise)) return { message, bytes, execution: prepared };
      isPending = true;
      return prepared.then((execution) => ({ message, bytes, execution }));
    });
    return isPending ? Promise.all(admitted) : (admitted as AdmittedMessage[]);
  }

  /** Takes a message that is admitted and acceptable. A request is answered through the outlet. */
  accept({ message, execution }: AdmittedMessage): void {
    if (execution) {
      this.executions.set(execution.request.id, execution);
      void execution.start();
    } else if (message.kind === 'response') this.clientRequests?.settle(message);
    else if (message.kind === 'notification') this.acceptNotification(message);
  }

  /**
   * Takes over what another node negotiated with the client.
   *
   * @param lastRequestId not less than the id of any request that a node has sent to the client
   */
  restore({ subscriptions, ...negotiated }: NegotiatedState, lastRequestId: number): void {
    Object.assign(this.state, negotiated);
    if (subscriptions.length > 0) this.state.subscriptions = new Set(subscriptions);
    this.asking.startAfter(lastRequestId);
  }

  /** Watches the resources again that the client has subscribed to. @param originOf not called if there are none */
  async watchAgain(originOf: () => Promise<MessageOrigin>): Promise<void> {
    const { subscriptions } = this.state;
    if (!subscriptions || subscriptions.size === 0) return;
    let origin: MessageOrigin;
    try {
      origin = await originOf();
    } catch (error) {
      this.errors.report(error, 'the contextFactory for a session taken over from another node');
      return;
    }
    const watching = [...subscriptions].map(async (uri) => {
      const context = new CallContext(`subscription ${uri}`, undefined, origin, this);
      const subscribe = await this.methods.prepareSubscription({ uri }, context);
      // The client may have unsubscribed meanwhile.
      if (subscriptions.has(uri)) await subscribe();
    });
    // The client is not told which of them it may no longer read, as when one changes.
    await Promise.allSettled(watching);
  }

  /** @throws {TypeError} when JSON cannot express the parameters */
  notify(method: string, params?: object, relatesTo?: RequestId): void {
    this.outlet.send(serializeNotification(method, params), relatesTo);
  }

  /** Tells the client that a resource has changed, if it has subscribed to it. */
  resourceUpdated(uri: string): void {
    this.resources?.updated(uri);
  }

  /** @throws {McpClientError} as {@link ClientRequestQueue.request} does, and when the answer has too many members */
  async ask<T>(
    question: Question<T>,
    { relatesTo, signal, timeoutMs = this.options.clientRequestMs }: ContextRequestOptions,
  ): Promise<T> {
    const { method, params } = question;
    const answer = await this.asking.request(method, params, { relatesTo, signal, timeoutMs });
    const { maxAnswerMembers } = this.options;
    if (countMembers(answer, maxAnswerMembers) <= maxAnswerMembers) return question.read(answer);
    throw new McpClientError(
      `The client's answer to ${method} has more than ${maxAnswerMembers} members and elements in all ` +
        '("limits.maxArgumentMembers").',
    );
  }

  async once<T>(key: string, step: () => T | Promise<T>): Promise<T> {
    return stepResult(await runStep(key, step));
  }

  closeStream(relatesTo: RequestId, retryMs?: number): void {
    this.outlet.closeStream(relatesTo, retryMs);
  }

  hold(bytes: number): void {
    this.outlet.hold(bytes);
  }

  serialize({ request }: Execution, result: object): string {
    return serializeResult(request.id, result);
  }

  answer(execution: Execution, json: string): void {
    const { id } = execution.request;
    this.executions.delete(id);
    this.clientRequests?.answered(id);
    this.outlet.send(json, id, true);
    this.checkIdle();
  }

  /**
   * Aborts the requests in flight.
   *
   * @param answer makes the error that answers one of them. Its handler gets it as `signal.reason` and may change it, so
   *   no two requests share one
   */
  close(answer: () => JsonRpcError): void {
    for (const [id, execution] of this.executions) {
      const error = answer();
      execution.abort(error);
      this.outlet.send(serializeError(id, error), id, true);
    }
    this.executions.clear();
    this.checkIdle();
    this.clientRequests?.close();
    this.resources?.close();
    this.isClosed = true;
  }

  stateChanged(): void {
    this.outlet.stateChanged();
  }

  private subscribing(): ResourceSubscriptions {
    const uris = (this.state.subscriptions ??= new Set());
    const subscriptions = new ResourceSubscriptions(uris, this.options.maxSubscriptions, {
      tell: (uri) => this.notify('notifications/resources/updated', { uri }),
      hold: (bytes) => this.outlet.hold(bytes),
      report: (error) => void this.errors.report(error, 'the policy for a resource that has changed'),
      reader: () => policyContextOf(this.session),
    });
    if (this.isClosed) subscriptions.close();
    return subscriptions;
  }

  private get asking(): ClientRequestQueue {
    return (this.clientRequests ??= new ClientRequestQueue(
      (json, relatesTo) => this.outlet.send(json, relatesTo),
      () => this.state.initialized === true,
      (text) => this.errors.debug(text),
    ));
  }

  private acceptNotification({ method, params }: Notification): void {
    if (method === 'notifications/cancelled') this.cancel(params);
    if (method !== 'notifications/initialized' || !this.methods.isInitialized) return;
    this.state.initialized = true;
    this.outlet.stateChanged();
    this.clientRequests?.sendHeld();
  }

  /** @see https://modelcontextprotocol.io/specification/2025-11-25/basic/utilities/cancellation */
  private cancel({ requestId, reason }: Params): void {
    const execution = this.executions.get(requestId as RequestId);
    if (!execution) return;
    const { context } = execution;
    this.executions.delete(context.requestId);
    this.checkIdle();
    const told = typeof reason === 'string' ? beginningOf(reason, MAX_REASON_LENGTH) : undefined;
    this.errors.debug(
      `The client cancelled request ${JSON.stringify(requestId)}: ${JSON.stringify(told)}`,
      context,
    );
    execution.abort(new Error(told ?? 'The client cancelled the request.'));
    this.outlet.abandon(context.requestId);
  }

  private checkIdle(): void {
    const { idleListeners } = this;
    if (!idleListeners || this.executions.size > 0) return;
    this.idleListeners = undefined;
    for (const listener of idleListeners) listener();
  }
}
