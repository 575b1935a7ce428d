import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import type { ErrorReporter } from '../model/error-reporter.js';
import { InsufficientScopeError, JsonRpcError } from '../model/errors/json-rpc.error.js';
import type { InvokedContext, PreparedRequest } from '../model/invoker.js';
import type { ObservedRequest, TrafficObserver } from '../model/traffic-observer.js';
import { CallContext } from './call-context.js';
import type { CallPort, MessageOrigin } from './call-port.js';
import { type JsonRpcMessage, type JsonRpcRequest, serializeError } from './json-rpc.js';
import { inFlightWeight } from './json-weight.js';
import { assertTokenLength, progressTokenOf } from './request-params.js';

export type Preparation = PreparedRequest | Promise<PreparedRequest>;

/** Decides what answers a request. */
export interface RequestPreparer {
  /**
   * Returns a promise only if a policy does.
   *
   * @throws {JsonRpcError}
   */
  prepare(request: JsonRpcRequest, context: InvokedContext): Preparation;
}

/** What an execution needs of its host: a connection, or a request without a session. */
export interface ExecutionHost extends CallPort {
  readonly observer: TrafficObserver;
  readonly errors: ErrorReporter;
  /** Accounts for memory that is held for the request. @param bytes negative when it is released */
  hold(bytes: number): void;
  /** Writes a result as the revision of the protocol has it. @throws {TypeError} when JSON cannot express it */
  serialize(execution: Execution, result: object): string;
  /** Sends the answer. Not called for a request that was aborted. @param errorCode the code if it is an error */
  answer(execution: Execution, json: string, errorCode?: number): void;
}

/** Answers one request: holds its context, runs it, tells observers, and settles it once. */
export class Execution {
  readonly context: CallContext;
  /** Size of the POST's body or the line that carried the request. */
  private readonly bytes: number;
  private run: PreparedRequest = unprepared;
  private missingScope?: InsufficientScopeError;
  private refused = false;
  private observed?: ObservedRequest;
  private isOver = false;

  /** @throws {McpConfigurationError} when `contextFactory` returned a member that every context has */
  constructor(
    readonly request: JsonRpcRequest,
    origin: MessageOrigin,
    private readonly host: ExecutionHost,
  ) {
    this.context = new CallContext(request.id, progressTokenOf(request.params), origin, host);
    this.bytes = origin.bytes;
  }

  /** The error that it will be answered with if the principal only lacks scopes. */
  get refusal(): InsufficientScopeError | undefined {
    return this.missingScope;
  }

  /** Whether it will be answered with an error, and nothing of the application runs. */
  get isRefused(): boolean {
    return this.refused;
  }

  /** Finds out what to run. An error becomes the answer. Returns a promise only if a policy does. */
  prepare(preparer: RequestPreparer): this | Promise<this> {
    try {
      assertTokenLength(this.request.params);
      const prepared = preparer.prepare(this.request, this.context);
      return prepared instanceof Promise
        ? prepared.then(
            (run) => this.ready(run),
            (error: unknown) => this.refuse(error),
          )
        : this.ready(prepared);
    } catch (error) {
      return this.refuse(error);
    }
  }

  /** Runs the request and hands the answer to the host. */
  async start(): Promise<void> {
    const { request, context, bytes, host } = this;
    const { method, params } = request;
    this.observed = host.observer.request(method, params, context, bytes);
    const weight = inFlightWeight(params, bytes);
    host.hold(weight);
    let result: object | undefined;
    let thrown: unknown;
    try {
      result = await this.runObserved();
    } catch (error) {
      thrown = error;
    }
    host.hold(-weight);
    if (this.isOver) return;
    this.isOver = true;
    context.settle();
    this.conclude(result, thrown);
  }

  /**
   * Tells observers the outcome of a request that goes on, such as a subscription. They are not told of its end.
   *
   * @param json what the client was told
   */
  begun(outcome: object, json: string): void {
    this.observed?.end(outcome, json);
    this.observed = undefined;
  }

  /** Aborts the request. The host gets no answer to send. */
  abort(reason: Error): void {
    this.isOver = true;
    this.context.abort(reason);
    this.observed?.end(undefined, '');
  }

  /** Not part of `start()`, which would keep the observer of a stream for as long as that is open. */
  private runObserved(): ReturnType<PreparedRequest> {
    const { observed, run } = this;
    return observed?.run ? observed.run(run) : run();
  }

  /** A run that was left has the questions as its result, whatever it returned or threw. */
  private conclude(result: object | undefined, thrown: unknown): void {
    const { host, observed } = this;
    let outcome: object;
    let json: string;
    let errorCode: number | undefined;
    try {
      if (host.input?.isLeft) outcome = host.input.result();
      else if (result !== undefined) outcome = result;
      else throw thrown;
      json = host.serialize(this, outcome);
    } catch (error) {
      const failure = this.toJsonRpcError(error);
      outcome = failure;
      json = serializeError(this.request.id, failure);
      errorCode = failure.code;
    }
    host.answer(this, json, errorCode);
    observed?.end(outcome, json);
  }

  private ready(run: PreparedRequest): this {
    this.run = run;
    return this;
  }

  private refuse(error: unknown): this {
    this.refused = true;
    if (error instanceof InsufficientScopeError) this.missingScope = error;
    return this.ready(() => {
      throw error;
    });
  }

  private toJsonRpcError(error: unknown): JsonRpcError {
    if (error instanceof JsonRpcError) return error;
    const correlationId = this.host.errors.report(error, this.request.method, this.context);
    return new JsonRpcError(ErrorCode.InternalError, `Internal error (correlation id ${correlationId})`);
  }
}

function unprepared(): never {
  throw new Error('The request was not prepared.');
}

/** A message whose envelope and origin are checked. If the client may not make a request, that is its answer. */
export interface AdmittedMessage {
  readonly message: JsonRpcMessage;
  /** Size of the POST's body or the line that carried it. */
  readonly bytes: number;
  /** Answers the message, if it is a request. */
  readonly execution?: Execution;
}
