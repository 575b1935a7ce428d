import { andThen } from '../model/and-then.js';
import { NOT_KEPT } from '../model/cache-hint.js';
import type { FormCheck } from '../model/client-requests.js';
import type { ErrorReporter } from '../model/error-reporter.js';
import { ClusterUnavailableError } from '../model/errors/cluster.errors.js';
import type { JsonRpcError } from '../model/errors/json-rpc.error.js';
import { McpInputRequiredException } from '../model/errors/mcp-input-required.exception.js';
import { McpClientError } from '../model/errors/mcp-client.error.js';
import type { McpPrincipal } from '../model/principal.js';
import type { McpTransportName } from '../model/session-view.js';
import type { TrafficObserver } from '../model/traffic-observer.js';
import { CallContext } from '../protocol/call-context.js';
import type { ContextRequestOptions, MessageOrigin } from '../protocol/call-port.js';
import type { ClientState } from '../protocol/connection-state.js';
import { Execution, type ExecutionHost } from '../protocol/execution.js';
import { InputRounds, type InputSettings } from '../protocol/input/input-rounds.js';
import type { Question } from '../protocol/input/question.js';
import type { AskingRequest } from '../protocol/input/round-state.js';
import { runStep, stepResult } from '../protocol/input/step-result.js';
import { type JsonRpcRequest, serializeError, serializeNotification } from '../protocol/json-rpc.js';
import { methodNamed } from '../protocol/methods.js';
import { ListenStream, type ListenPort } from './listen-stream.js';
import { RequestTasks } from './request-tasks.js';
import type { Requester } from './requesters.js';
import type { Responder, StatelessServer } from './stateless-server.js';

/** One request of the modern era while it is answered. */
export class StatelessRequest implements ExecutionHost, ListenPort {
  readonly execution: Execution;
  /** The stream that it opens, if it does. */
  readonly listening?: ListenStream;
  /** The questions of its handler. Made once it asks, or brings answers. */
  input?: InputRounds;
  /** Made for a tool that can be a task. */
  tasks?: RequestTasks;
  private isStarted = false;

  /** @throws {McpConfigurationError} when `contextFactory` returned a member that every context has */
  constructor(
    request: JsonRpcRequest,
    readonly state: ClientState,
    origin: MessageOrigin,
    private readonly server: StatelessServer,
    readonly requester: Requester,
    private readonly responder: Responder,
  ) {
    this.execution = new Execution(request, origin, this);
    if (request.method === 'subscriptions/listen')
      this.listening = new ListenStream(
        request.id,
        origin,
        this,
        server.invoker,
        server.maxSubscriptions,
        server.tasks,
      );
  }

  /** Whether it still waits for its answer. */
  get isOpen(): boolean {
    return this.requester.has(this);
  }

  /** Whether its handler was told to stop. */
  get aborted(): boolean {
    return CallContext.isAborted(this.execution.context);
  }

  get isBehind(): boolean {
    return this.responder.isBehind;
  }

  get transport(): McpTransportName {
    return this.responder.transport;
  }

  get principal(): McpPrincipal {
    return this.execution.context.principal;
  }

  get observer(): TrafficObserver {
    return this.server.observer;
  }

  get errors(): ErrorReporter {
    return this.server.errors;
  }

  get checkForm(): FormCheck {
    return this.server.checkForm;
  }

  /**
   * Finds the handler that answers the request, and opens the state of an earlier round. Returns a promise only if a
   * policy does, or the cluster is asked.
   *
   * @param bytes of the message that carried it
   * @throws {SessionLimitError} when there are too many streams
   * @throws {InsufficientScopeError} if the client could make the request with more scopes
   * @throws {JsonRpcError} -32602 for a state of another request
   * @throws {ClusterUnavailableError}
   */
  prepare(bytes: number): this | Promise<this> {
    if (this.listening) this.server.listens.add(this.listening);
    return andThen(this.execution.prepare(this.listening ?? this.server.methods), () => {
      this.assertPermitted(bytes);
      return this.takeRound();
    });
  }

  /** @param bytes of the message that carried it */
  start(bytes: number): void {
    if (!this.isOpen) return;
    this.isStarted = true;
    const { request, context } = this.execution;
    this.observer.messages?.received(context, [{ message: request, bytes }]);
    void this.execution.start();
  }

  /** Aborts the request without an answer: its client is gone or has cancelled it. */
  cancel(reason: string): void {
    if (!this.isOpen) return this.server.sent(this);
    this.execution.abort(new Error(reason));
    this.server.ended(this);
  }

  /** Answers the request with an error instead. */
  fail(error: JsonRpcError): void {
    this.execution.abort(error);
    this.send(serializeError(this.execution.request.id, error), error.code);
    this.server.ended(this);
  }

  /** Drops the client, also while it reads its answer. */
  drop(reason: string): void {
    this.cancel(reason);
    this.responder.destroy();
  }

  /** Sends nothing before the start: a refusal still needs a status of its own. */
  keepAlive(): void {
    if (this.isStarted) this.responder.keepAlive();
  }

  endConnection(): void {
    this.responder.endConnection();
  }

  /** Handlers of watched resources send nothing: the stream has only what its client asked for. */
  notify(method: string, params: object | undefined): void {
    if (!this.listening) this.tell(serializeNotification(method, params));
  }

  begun(json: string): void {
    this.execution.begun({}, json);
  }

  tell(json: string): void {
    this.observer.messages?.sent(this.execution.context, json);
    this.responder.notify(json);
  }

  ask<T>(question: Question<T>, { key }: ContextRequestOptions): Promise<T> {
    return this.withRounds((rounds) => rounds.ask(question, { key, signal: this }));
  }

  once<T>(key: string, step: () => T | Promise<T>): Promise<T> {
    if (this.asks) return this.withRounds((rounds) => rounds.once(key, step));
    return runStep(key, step).then((result) => stepResult<T>(result));
  }

  useTasks(): RequestTasks | undefined {
    const { tasks } = this.server;
    return (this.tasks ??= tasks && new RequestTasks(tasks, this.execution, () => this.input));
  }

  async beginTask(): Promise<void> {
    await this.tasks?.begin();
  }

  closeStream(): void {
    // A stream of the modern era cannot be resumed.
  }

  hold(bytes: number): void {
    this.requester.memory.add(bytes);
  }

  serialize({ request, context }: Execution, result: object): string {
    return this.server.results.write(
      request.id,
      result,
      this.input ? context.cacheHint && NOT_KEPT : context.cacheHint,
    );
  }

  answer(_execution: Execution, json: string, errorCode?: number): void {
    this.send(json, errorCode);
    this.server.ended(this);
  }

  private assertPermitted(bytes: number): void {
    const { request, context, refusal } = this.execution;
    if (!refusal) return;
    this.observer.request(request.method, request.params, context, bytes)?.end(refusal, '');
    throw refusal;
  }

  private takeRound(): this | Promise<this> {
    const { params } = this.execution.request;
    if (!InputRounds.isBroughtBy(params) || !this.asks || this.execution.isRefused) return this;
    return andThen(this.server.input, (settings) =>
      andThen(InputRounds.open(this.asking, settings), (rounds) => {
        this.input = rounds;
        return this;
      }),
    );
  }

  /** @param use called at once unless the key of the state is still to be agreed with other nodes */
  private withRounds<T>(use: (rounds: InputRounds) => Promise<T>): Promise<T> {
    if (this.tasks?.hasBegun) return Promise.reject(new McpInputRequiredException());
    if (this.input) return use(this.input);
    if (!this.asks) {
      const { method } = this.execution.request;
      return Promise.reject(new McpClientError(`${method} cannot ask the client in this revision.`));
    }
    return Promise.resolve(
      andThen(inputToAskWith(this.server), (settings) =>
        use((this.input ??= new InputRounds(this.asking, settings))),
      ),
    );
  }

  /** Whether the revision lets the request be answered with questions. */
  private get asks(): boolean {
    return methodNamed(this.execution.request.method)?.asks === true;
  }

  private get asking(): AskingRequest {
    const { request, context } = this.execution;
    const { method, params } = request;
    return {
      principalKey: this.requester.key,
      server: this.server.name,
      method,
      params,
      route: context.params,
    };
  }

  private send(json: string, errorCode?: number): void {
    this.observer.messages?.sent(this.execution.context, json);
    if (this.responder.answer(json, errorCode)) this.server.sending(this);
  }
}

/** A handler may go on without the answer. @throws {McpClientError} when nothing protects the state of the call */
function inputToAskWith({ input }: StatelessServer): InputSettings | Promise<InputSettings> {
  if (!(input instanceof Promise)) return input;
  return input.catch((error: unknown) => {
    if (!(error instanceof ClusterUnavailableError)) throw error;
    throw new McpClientError(
      'The client cannot be asked now: the store that the nodes share is unreachable. Try again.',
      { cause: error },
    );
  });
}
