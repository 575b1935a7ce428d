import { ErrorCode, type ProgressToken } from '@modelcontextprotocol/sdk/types.js';
import type { ErrorReporter } from '../model/error-reporter.js';
import { InsufficientScopeError } from '../model/errors/insufficient-scope.error.js';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';
import type { InvokedContext, PreparedRequest } from '../model/invoker.js';
import type { ObservedRequest, TrafficObserver } from '../model/traffic-observer.js';
import { CallContext, type CallPort } from './call-context.js';
import { inFlightWeight } from './in-flight-weight.js';
import type { JsonRpcRequest, Params } from './json-rpc.js';
import type { MessageOrigin } from './message-origin.js';
import { MAX_ID_LENGTH } from './protocol-caps.js';
import { serializeError, serializeResult } from './serialize.js';

export type Preparation = PreparedRequest | Promise<PreparedRequest>;

/** Finds out what a request is to do. */
export interface RequestPreparer {
  /**
   * Returns a promise only if a policy does.
   *
   * @throws {JsonRpcError}
   */
  prepare(request: JsonRpcRequest, context: InvokedContext): Preparation;
}

/** Has requests answered. A connection does so for its session; nothing here needs one. */
export interface ExecutionHost extends CallPort {
  readonly observer: TrafficObserver;
  readonly errors: ErrorReporter;
  /** Memory is held for the request. @param bytes negative when it is given back */
  hold(bytes: number): void;
  /** Sends the answer. Not called for a request that was aborted. */
  answer(execution: Execution, json: string): void;
}

/** One request while it is answered, wherever it came from: its context, what it runs, and who observes it. */
export class Execution {
  readonly context: CallContext;
  /** Size of what carried the request. */
  private readonly bytes: number;
  private run: PreparedRequest = unprepared;
  private missingScope?: InsufficientScopeError;
  private observed?: ObservedRequest;
  private isOver = false;

  /** @throws {McpConfigurationError} when the `contextFactory` option made what a context has already */
  constructor(
    readonly request: JsonRpcRequest,
    origin: MessageOrigin,
    private readonly host: ExecutionHost,
  ) {
    this.context = new CallContext(request.id, progressTokenOf(request.params), origin, host);
    this.bytes = origin.bytes;
  }

  /** What the request will be answered with, if its client could make it with more scopes. */
  get refusal(): InsufficientScopeError | undefined {
    return this.missingScope;
  }

  /** Finds out what to run. What the request may not do becomes its answer. Returns a promise only if a policy does. */
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

  /** Runs it, and hands the answer to the host. Never rejects. */
  async start(): Promise<void> {
    const { request, context, bytes, host, run } = this;
    const { id, method, params } = request;
    const observed = (this.observed = host.observer.request(method, params, context, bytes));
    const weight = inFlightWeight(params, bytes);
    host.hold(weight);
    let outcome: object;
    let json: string;
    try {
      outcome = await (observed?.run ? observed.run(run) : run());
      json = serializeResult(id, outcome);
    } catch (error) {
      const failure = this.toJsonRpcError(error);
      outcome = failure;
      json = serializeError(id, failure);
    } finally {
      host.hold(-weight);
    }
    if (this.isOver) return;
    this.isOver = true;
    context.settle();
    host.answer(this, json);
    observed?.end(outcome, json);
  }

  /** Aborts what runs. The host is handed no answer. */
  abort(reason: Error): void {
    this.isOver = true;
    this.context.abort(reason);
    this.observed?.end(undefined, '');
  }

  private ready(run: PreparedRequest): this {
    this.run = run;
    return this;
  }

  private refuse(error: unknown): this {
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

/** @throws {JsonRpcError} -32602 */
function assertTokenLength(params: Params): void {
  const token = progressTokenOf(params);
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
