import type { RequestId } from '@modelcontextprotocol/sdk/types.js';
import { beginningOf } from '../model/beginning-of.js';
import type { NegotiatedState } from '../model/cluster/session-record.js';
import type { ErrorReporter } from '../model/error-reporter.js';
import { countMembers } from '../model/count-members.js';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';
import { McpClientError } from '../model/errors/mcp-client.error.js';
import type { FormCheck } from '../model/form-check.js';
import type { Invoker } from '../model/invoker.js';
import { policyContextOf } from '../model/mcp-policy.js';
import type { McpSessionView } from '../model/session-view.js';
import type { TrafficObserver } from '../model/traffic-observer.js';
import type { AdmittedMessage } from './admitted-message.js';
import { CallContext } from './call-context.js';
import { ClientRequestQueue, type ClientRequestContext } from './client-request-queue.js';
import type { ConnectionOptions } from './connection-options.js';
import type { ConnectionOutlet } from './connection-outlet.js';
import type { ConnectionState } from './connection-state.js';
import { RequestInFlightError } from './errors/request-in-flight.error.js';
import { TooManyRequestsError } from './errors/too-many-requests.error.js';
import { Execution, type ExecutionHost } from './execution.js';
import type { JsonRpcMessage, Params } from './json-rpc.js';
import type { MessageOrigin } from './message-origin.js';
import { MAX_REASON_LENGTH } from './protocol-caps.js';
import { RequestMethods } from './request-methods.js';
import { ResourceSubscriptions } from './resource-subscriptions.js';
import { serializeError, serializeNotification } from './serialize.js';

type ClientRequestOptions = Omit<ClientRequestContext, 'timeoutMs'> & { readonly timeoutMs?: number };
type Notification = Extract<JsonRpcMessage, { kind: 'notification' }>;

/** What the owner of a connection does with messages that come together, before they are accepted. */
export interface MessageGate {
  /** Ids of requests that will be accepted soon, and that no other request may have. */
  readonly expected: ReadonlySet<RequestId>;
  /**
   * Called once it is known which messages their client may send, and before any of them can be answered. A promise
   * makes them wait.
   *
   * @throws to refuse them all
   */
  pass(admitted: readonly AdmittedMessage[]): void | Promise<void>;
}

/** One client's side of the protocol: what was negotiated, what is in flight, and what each message does. */
export class McpConnection implements ExecutionHost {
  readonly state: ConnectionState = { subscriptions: new Set() };
  private readonly executions = new Map<RequestId, Execution>();
  private readonly subscriptions = new ResourceSubscriptions(
    this.state.subscriptions,
    this.options.maxSubscriptions,
    {
      tell: (uri) => this.notify('notifications/resources/updated', { uri }),
      hold: (bytes) => this.outlet.hold(bytes),
      report: (error) =>
        void this.errors.report(error, 'the policy, asked about a resource that has changed,'),
      reader: () => policyContextOf(this.session),
    },
  );
  private readonly methods = new RequestMethods(
    this.invoker,
    this.options,
    this.session.transport,
    this.state,
    this.subscriptions,
    () => this.outlet.stateChanged(),
  );
  private readonly clientRequests: ClientRequestQueue;
  private idleListeners: (() => void)[] = [];

  constructor(
    private readonly invoker: Invoker,
    private readonly options: ConnectionOptions,
    readonly errors: ErrorReporter,
    readonly session: McpSessionView,
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
      this.idleListeners.push(resolve);
      this.checkIdle();
    });
  }

  /**
   * Takes messages that come together, all or none. Returns a promise only if a policy or the gate does.
   *
   * @throws as {@link assertAcceptable} and the gate do
   */
  take(messages: readonly JsonRpcMessage[], origin: MessageOrigin, gate: MessageGate): void | Promise<void> {
    this.assertAcceptable(messages, gate.expected);
    const admitted = this.admit(messages, origin);
    if (admitted instanceof Promise) return this.takeLater(messages, admitted, gate);
    const passing = gate.pass(admitted);
    if (passing) return passing.then(() => this.acceptAll(admitted));
    this.acceptAll(admitted);
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
    const ids = new Set<RequestId>();
    for (const message of messages) {
      if (message.kind !== 'request') continue;
      const { id } = message;
      if (this.executions.has(id) || expected.has(id) || ids.has(id)) throw new RequestInFlightError(id);
      ids.add(id);
    }
    if (ids.size > 0 && this.executions.size + expected.size + ids.size > maxInFlight)
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

  /** Takes a message that is admitted and acceptable. A request is answered through the outlet, later. */
  accept({ message, execution }: AdmittedMessage): void {
    if (execution) {
      this.executions.set(execution.request.id, execution);
      void execution.start();
    } else if (message.kind === 'response') this.clientRequests.settle(message);
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
      const context = new CallContext(`subscription ${uri}`, undefined, origin, this);
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

  hold(bytes: number): void {
    this.outlet.hold(bytes);
  }

  answer(execution: Execution, json: string): void {
    const { id } = execution.request;
    this.executions.delete(id);
    this.outlet.send(json, id, true);
    this.checkIdle();
  }

  /** Aborts what is in flight. @param error the answer to each of those requests */
  close(error: JsonRpcError): void {
    for (const [id, execution] of this.executions) {
      execution.abort(error);
      this.outlet.send(serializeError(id, error), id, true);
    }
    this.executions.clear();
    this.checkIdle();
    this.subscriptions.removeAll();
  }

  private async takeLater(
    messages: readonly JsonRpcMessage[],
    admitting: Promise<readonly AdmittedMessage[]>,
    gate: MessageGate,
  ): Promise<void> {
    const admitted = await admitting;
    // Others may have come while the policy was asked.
    this.assertAcceptable(messages, gate.expected);
    await gate.pass(admitted);
    this.acceptAll(admitted);
  }

  private acceptAll(admitted: readonly AdmittedMessage[]): void {
    for (const message of admitted) this.accept(message);
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
    if (this.executions.size > 0 || this.idleListeners.length === 0) return;
    for (const listener of this.idleListeners.splice(0)) listener();
  }
}
