import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type {
  ClientCapabilities,
  CreateMessageRequestParamsBase,
  CreateMessageResult,
  Implementation,
  LoggingLevel,
  ProgressToken,
  RequestId,
} from '@modelcontextprotocol/sdk/types.js';
import type { McpCacheHint } from '../model/cache-hint.js';
import type { ClientRequestOptions, ClientRequests } from '../model/client-requests.js';
import { McpClientError } from '../model/errors/mcp-client.error.js';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import type { CallTasks } from '../model/tasks/call-tasks.js';
import { McpContext, type McpEra, type McpLog } from '../model/mcp-context.js';
import type { McpPrincipal } from '../model/principal.js';
import type { McpSessionView, McpTransportName } from '../model/session-view.js';
import type { CallPort, MessageOrigin } from './call-port.js';
import { CallLogger, isLogged } from './call-logger.js';
import { ClientRequestSender } from './client-request-sender.js';
import type { Question } from './input/question.js';
import { ProgressParams } from './progress-params.js';
import { revisionOf, UNDECLARED_REVISION, type Revision } from './revisions.js';

const NO_QUERY = Object.freeze({});

/** The context of one request. Once the request is answered or cancelled it sends nothing more. */
export class CallContext extends McpContext {
  #controller?: AbortController;
  #correlationId?: string;
  #log?: McpLog;
  #lastProgress = -Infinity;
  #settled = false;
  /** Keys of the questions and steps so far. */
  #keys?: Set<string>;
  #abortReason?: Error;
  #cacheHint?: McpCacheHint;
  // Fields that are `private` in TypeScript only would reserve their names: contextFactory could not use them.
  readonly #progressToken: ProgressToken | undefined;
  readonly #origin: MessageOrigin;
  readonly #port: CallPort;

  /** Whether a request has ended without an answer. Not a member of contexts: `contextFactory` may have its name. */
  static isAborted(context: CallContext): boolean {
    return context.#abortReason !== undefined;
  }

  constructor(
    readonly requestId: RequestId,
    progressToken: ProgressToken | undefined,
    origin: MessageOrigin,
    port: CallPort,
  ) {
    super();
    this.#progressToken = progressToken;
    this.#origin = origin;
    this.#port = port;
    if (origin.extras) this.#adopt(origin.extras);
  }

  get era(): McpEra {
    return this.#revision.era;
  }

  get session(): McpSessionView | undefined {
    return this.#port.session;
  }

  get transport(): McpTransportName {
    return this.#port.transport;
  }

  get correlationId(): string {
    return (this.#correlationId ??= this.#port.correlationId ?? randomUUID());
  }

  get principal(): McpPrincipal {
    return this.#origin.principal;
  }

  get request(): unknown {
    return this.#origin.request;
  }

  get headers(): IncomingHttpHeaders {
    return this.#origin.headers;
  }

  get streamHeaders(): IncomingHttpHeaders {
    return this.#origin.streamHeaders;
  }

  get streamQuery(): Readonly<Record<string, unknown>> {
    return this.session?.streamQuery ?? NO_QUERY;
  }

  get params(): Readonly<Record<string, string>> {
    return this.#origin.params;
  }

  get protocolVersion(): string | undefined {
    return this.#port.state.protocolVersion;
  }

  get clientInfo(): Implementation | undefined {
    return this.#port.state.clientInfo;
  }

  get clientCapabilities(): ClientCapabilities | undefined {
    return this.#port.state.clientCapabilities;
  }

  clientSupports(extension: string): boolean {
    const extensions = this.clientCapabilities?.extensions;
    return extensions !== undefined && Object.hasOwn(extensions, extension);
  }

  get resourceNotFoundCode(): number {
    return this.#revision.resourceNotFoundCode;
  }

  get cacheHint(): McpCacheHint | undefined {
    return this.#cacheHint;
  }

  get isLeft(): boolean {
    return this.#port.input?.isLeft === true || this.#port.tasks?.hasBegun === true;
  }

  useTasks(): CallTasks | undefined {
    return this.#port.useTasks?.();
  }

  get isTask(): boolean {
    return this.#port.isTask === true;
  }

  hasFailed(error: unknown): void {
    this.#port.hasFailed?.(error);
  }

  unwound(): Promise<void> {
    return this.#port.input?.unwound() ?? Promise.resolve();
  }

  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#abortReason !== undefined) this.#controller.abort(this.#abortReason);
    }
    return this.#controller.signal;
  }

  get log(): McpLog {
    return (this.#log ??= new CallLogger((level, data, logger) => this.#writeLog(level, data, logger)));
  }

  progress(done: number, total?: number, message?: string): void {
    const token = this.#progressToken;
    if (token === undefined || this.#settled) return;
    // JSON cannot express NaN and infinite numbers.
    if (!Number.isFinite(done) || done <= this.#lastProgress) return;
    this.#lastProgress = done;
    const params = new ProgressParams(token, done, Number.isFinite(total) ? total : undefined, message);
    this.#port.notify('notifications/progress', params, this.requestId);
  }

  notify(method: string, params?: Record<string, unknown>): void {
    if (!this.#settled) this.#port.notify(method, params, this.requestId);
  }

  sample(
    params: CreateMessageRequestParamsBase,
    options?: ClientRequestOptions,
  ): Promise<CreateMessageResult>;
  sample(...args: Parameters<ClientRequests['sample']>): ReturnType<ClientRequests['sample']>;
  sample(...args: Parameters<ClientRequests['sample']>): ReturnType<ClientRequests['sample']> {
    return handled(this.#client.sample(...args));
  }

  elicit(...args: Parameters<ClientRequests['elicit']>): ReturnType<ClientRequests['elicit']> {
    return handled(this.#client.elicit(...args));
  }

  listRoots(...args: Parameters<ClientRequests['listRoots']>): ReturnType<ClientRequests['listRoots']> {
    return handled(this.#client.listRoots(...args));
  }

  once<T>(key: string, step: () => T | Promise<T>): Promise<T> {
    return handled(this.#once(key, step));
  }

  beginTask(): Promise<void> {
    return handled(this.#port.beginTask?.() ?? Promise.resolve());
  }

  closeStream(retryMs?: number): void {
    if (!this.#settled) this.#port.closeStream(this.requestId, retryMs);
  }

  cacheable(hint: McpCacheHint): void {
    this.#cacheHint = hint;
  }

  /** Called when the request has its answer, or will never have one. Nothing is sent for it any more. */
  settle(): void {
    this.#settled = true;
  }

  abort(reason: Error): void {
    this.settle();
    this.#abortReason = reason;
    this.#controller?.abort(reason);
  }

  get #revision(): Revision {
    return revisionOf(this.#port.state.protocolVersion) ?? UNDECLARED_REVISION;
  }

  get #client(): ClientRequests {
    const { state, checkForm } = this.#port;
    return new ClientRequestSender(state, checkForm, (question, options) => this.#ask(question, options));
  }

  #ask<T>(question: Question<T>, { timeoutMs, key }: ClientRequestOptions = {}): Promise<T> {
    if (this.#settled)
      return Promise.reject(new McpClientError(`${question.method} was not sent: the request ended.`));
    if (key !== undefined) this.#claim('question', key);
    const signal = () => this.signal;
    return this.#port.ask(question, {
      relatesTo: this.requestId,
      timeoutMs,
      key,
      // Made for those who listen to it: that takes several microseconds.
      get signal() {
        return signal();
      },
    });
  }

  async #once<T>(key: string, step: () => T | Promise<T>): Promise<T> {
    this.#claim('once()', key);
    return this.#port.once(key, step);
  }

  /** @throws {TypeError} when the run has used the key */
  #claim(use: 'question' | 'once()', key: string): void {
    const keys = (this.#keys ??= new Set());
    const name = `${use} ${key}`;
    if (keys.has(name))
      throw new TypeError(
        `Two calls of ${use === 'question' ? 'elicit(), sample() or listRoots()' : use} have the key "${key}". ` +
          'Give each one a key of its own.',
      );
    keys.add(name);
  }

  #adopt(extras: object): void {
    const taken = Object.keys(extras).find((name) => name in this);
    if (taken !== undefined)
      throw new McpConfigurationError(
        `contextFactory returned "${taken}", which every McpContext has already. Choose another name.`,
      );
    Object.assign(this, extras);
  }

  #writeLog(level: LoggingLevel, data: unknown, logger?: string): void {
    const { logLevel } = this.#port.state;
    const isWanted = logLevel !== undefined || this.era === 'legacy';
    if (isWanted && isLogged(level, logLevel)) this.notify('notifications/message', { level, logger, data });
  }
}

/** Keeps a rejection from ending the process if the handler does not await the promise. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
