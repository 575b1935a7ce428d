import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import type { FormCheck } from '../model/client-requests.js';
import type { ErrorReporter } from '../model/error-reporter.js';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';
import type { Invoker } from '../model/invoker.js';
import type { TrafficObserver } from '../model/traffic-observer.js';
import type { MessageOrigin } from '../protocol/call-port.js';
import type { ClientState } from '../protocol/connection-state.js';
import type { InputSettings } from '../protocol/input/input-rounds.js';
import type { JsonRpcRequest } from '../protocol/json-rpc.js';
import { type ModernIntroduction, ModernMethods } from '../protocol/modern-methods.js';
import type { ServerTasks } from '../protocol/server-tasks.js';
import { ResultWriter } from '../protocol/result-writer.js';
import { clientMatcher, type McpSessionFilter } from '../sessions/session-filter.js';
import type { SessionLimits } from '../sessions/session-quota.js';
import type { RelayedStream } from '../sessions/session-sharing.js';
import { ShuttingDownError } from '../sessions/session.errors.js';
import type { StatelessClients } from '../sessions/stateless-clients.js';
import type { MemoryAccount, MemoryBudget } from '../streaming/memory-budget.js';
import { ListenStreams } from './listen-streams.js';
import { Requesters } from './requesters.js';
import { StatelessRequest } from './stateless-request.js';
import type { Responder, StatelessServer } from './stateless-server.js';

/** The answer to a request that is unfinished when the server stops. Its handler may change it: see `McpConnection.close`. */
const shutDown = () =>
  new JsonRpcError(
    ErrorCode.InternalError,
    'The server is shutting down. Send the request again if it may be repeated.',
    { retryable: true },
  );

const STOPS = 'The server is shutting down.';

/** The answer to a request of a principal whose access has ended. */
const revoked = () => new JsonRpcError(ErrorCode.InvalidRequest, 'Your access to this server was revoked.');

export interface StatelessSettings extends ModernIntroduction, SessionLimits {
  /** Most resources that one stream listens to. */
  readonly maxSubscriptions: number;
  /** Most requests of one principal at a time. */
  readonly maxInFlightPerPrincipal: number;
  /** Milliseconds between keep-alives to clients that wait; `false` sends none. */
  readonly heartbeatMs: number | false;
  readonly checkForm: FormCheck;
  readonly input: InputSettings | Promise<InputSettings>;
}

/** The requests of the modern era that this node is answering. They have no session, no timer and no store. */
export class StatelessRequests implements StatelessServer, StatelessClients {
  readonly checkForm: FormCheck;
  readonly methods: ModernMethods;
  readonly results: ResultWriter;
  readonly listens: ListenStreams;
  private readonly open = new Set<StatelessRequest>();
  /** Requests that have ended, whose answers are on their way. */
  private readonly unsent = new Set<StatelessRequest>();
  private readonly requesters: Requesters;
  private heartbeat?: NodeJS.Timeout;
  private idleListeners: (() => void)[] = [];
  private isStopping = false;
  private isClosed = false;

  constructor(
    readonly invoker: Invoker,
    private readonly settings: StatelessSettings,
    memory: MemoryBudget,
    readonly observer: TrafficObserver,
    readonly errors: ErrorReporter,
    readonly tasks?: ServerTasks,
  ) {
    this.checkForm = settings.checkForm;
    this.methods = new ModernMethods(invoker, settings, tasks);
    this.results = new ResultWriter(settings.serverInfo);
    this.listens = new ListenStreams(settings);
    this.requesters = new Requesters(memory, settings.maxInFlightPerPrincipal);
  }

  get name(): string {
    return this.settings.serverInfo.name;
  }

  get input(): InputSettings | Promise<InputSettings> {
    return this.settings.input;
  }

  get maxSubscriptions(): number {
    return this.settings.maxSubscriptions;
  }

  get listening(): readonly RelayedStream[] {
    return this.listens.relayed;
  }

  get inFlight(): number {
    return this.open.size;
  }

  /**
   * Admits a request. Returns a promise only if a policy does, or the cluster is asked. The caller starts it.
   *
   * @param client what the request tells of its client
   * @param respond makes its responder; unsent bytes count in the memory account
   * @throws {ShuttingDownError}
   * @throws {TooManyRequestsError} when its principal has too many in flight
   * @throws as {@link StatelessRequest.prepare} does
   */
  admit(
    message: JsonRpcRequest,
    client: ClientState,
    origin: MessageOrigin,
    respond: (memory: MemoryAccount) => Responder,
  ): StatelessRequest | Promise<StatelessRequest> {
    if (this.isClosed) throw new ShuttingDownError();
    const requester = this.requesters.of(origin.principal);
    let request: StatelessRequest;
    try {
      request = new StatelessRequest(message, client, origin, this, requester, respond(requester.memory));
    } catch (error) {
      this.requesters.release(requester);
      throw error;
    }
    this.open.add(request);
    requester.add(request);
    if (this.isStopping) request.endConnection();
    this.startHeartbeat();
    try {
      const prepared = request.prepare(origin.bytes);
      return prepared instanceof Promise
        ? prepared.catch((error: unknown) => this.refuse(request, error))
        : prepared;
    } catch (error) {
      return this.refuse(request, error);
    }
  }

  /** Resolves as soon as everything is answered and sent. Until then, connections end with the answers. */
  whenIdle(): Promise<void> {
    this.stopping();
    return new Promise((resolve) => {
      this.idleListeners.push(resolve);
      this.checkIdle();
    });
  }

  notify(where: McpSessionFilter, method: string): void {
    this.listens.notify(where, method);
  }

  resourceUpdated(where: McpSessionFilter, uri: string): void {
    this.listens.resourceUpdated(where, uri);
  }

  closeWhere(where: McpSessionFilter): void {
    const isMeant = clientMatcher(where);
    for (const request of [...this.open].filter(isMeant)) end(request, revoked);
    this.tasks?.revoke(isMeant);
  }

  /**
   * Answers the requests in flight with an error, ends the streams, and admits no more. Clients that are slow to read are
   * dropped: the server would wait for them.
   */
  close(): void {
    this.isClosed = true;
    clearInterval(this.heartbeat);
    this.stopping();
    for (const request of this.unsent) request.drop(STOPS);
    for (const request of this.open)
      if (request.isBehind) request.drop(STOPS);
      else end(request, shutDown);
  }

  ended(request: StatelessRequest): void {
    this.open.delete(request);
    request.requester.delete(request);
    if (request.listening) this.listens.delete(request.listening);
    this.requesters.release(request.requester);
    this.checkIdle();
  }

  sending(request: StatelessRequest): void {
    this.unsent.add(request);
  }

  sent(request: StatelessRequest): void {
    if (this.unsent.delete(request)) this.checkIdle();
  }

  private refuse(request: StatelessRequest, error: unknown): never {
    this.unsent.delete(request);
    this.ended(request);
    throw error;
  }

  /** One timer for all requests: a timer for each would cost more than most of them take. */
  private startHeartbeat(): void {
    const { heartbeatMs } = this.settings;
    if (this.heartbeat || heartbeatMs === false) return;
    this.heartbeat = setInterval(() => {
      for (const request of this.open) request.keepAlive();
    }, heartbeatMs).unref();
  }

  private stopping(): void {
    if (this.isStopping) return;
    this.isStopping = true;
    for (const request of this.open) request.endConnection();
  }

  private checkIdle(): void {
    if (this.open.size > 0 || this.unsent.size > 0 || this.idleListeners.length === 0) return;
    for (const listener of this.idleListeners) listener();
    this.idleListeners = [];
  }
}

/** A stream gets a result. Any other request gets the error. */
function end(request: StatelessRequest, answer: () => JsonRpcError): void {
  if (request.listening) request.listening.end();
  else request.fail(answer());
}
