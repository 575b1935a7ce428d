import {
  ErrorCode,
  LoggingLevelSchema,
  type Implementation,
  type InitializeResult,
  type ServerCapabilities,
} from '@modelcontextprotocol/sdk/types.js';
import { andThen } from '../model/and-then.js';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';
import type { InvokedContext, Invoker, PreparedRequest } from '../model/invoker.js';
import type { McpTransportName } from '../model/session-view.js';
import type { ConnectionState } from './connection-state.js';
import type { Preparation, RequestPreparer } from './execution.js';
import type { JsonRpcRequest, Params } from './json-rpc.js';
import { methodNamed, type ConnectionMethod } from './methods.js';
import type { ResourceSubscriptions } from './resource-subscriptions.js';
import { initializeParams, invalidParams, methodNotFound } from './request-params.js';
import { negotiatedRevision } from './revisions.js';

/** What every server offers, in both eras. */
const SERVER_CAPABILITIES: ServerCapabilities = {
  tools: { listChanged: true },
  resources: { listChanged: true, subscribe: true },
  prompts: { listChanged: true },
  logging: {},
  completions: {},
};

/** What a server offers now, in both eras. */
export function serverCapabilities({ extensions }: Invoker): ServerCapabilities {
  return extensions ? { ...SERVER_CAPABILITIES, extensions } : SERVER_CAPABILITIES;
}

/** How a server introduces itself. */
export interface ServerIntroduction {
  readonly serverInfo: Implementation;
  readonly instructions?: string;
}

/** The session whose requests are answered. */
export interface MethodsHost {
  readonly transport: McpTransportName;
  readonly state: ConnectionState;
  /** Made when it is first asked for. */
  readonly subscriptions: ResourceSubscriptions;
  /** Called when the negotiated state has changed. */
  stateChanged(): void;
}

/** Answers the requests of a session: those of the protocol itself here, all others by the invoker. */
export class RequestMethods implements RequestPreparer {
  constructor(
    private readonly invoker: Invoker,
    private readonly server: ServerIntroduction,
    private readonly session: MethodsHost,
  ) {}

  get isInitialized(): boolean {
    return this.session.state.protocolVersion !== undefined;
  }

  prepare({ method: name, params }: JsonRpcRequest, context: InvokedContext): Preparation {
    const method = methodNamed(name);
    // Checked before anything else: clients ask for methods of later revisions to learn whether they are served.
    if (!method || method.answeredBy === 'stateless' || method.answeredBy === 'tasks')
      throw methodNotFound(name);
    if (method.name !== 'initialize' && method.name !== 'ping') this.assertInitialized();
    if (method.answeredBy === 'invoker') return this.invoker.prepare(method.name, params, context);
    const preparation = this.prepareOwn(method.name, params, context);
    return method.changesState ? andThen(preparation, (run) => () => this.change(run)) : preparation;
  }

  prepareSubscription({ uri }: Params, context: InvokedContext): Preparation {
    if (typeof uri !== 'string') throw invalidParams(['uri']);
    return andThen(this.invoker.watchable(uri, context), (resource) => async () => {
      await this.session.subscriptions.add(uri, resource);
      return {};
    });
  }

  private prepareOwn(method: ConnectionMethod, params: Params, context: InvokedContext): Preparation {
    switch (method) {
      case 'initialize':
        return () => this.initialize(params);
      case 'ping':
        return () => ({});
      case 'logging/setLevel':
        return () => this.setLogLevel(params);
      case 'resources/subscribe':
        return this.prepareSubscription(params, context);
      case 'resources/unsubscribe':
        return () => this.unsubscribe(params);
    }
  }

  private async change(run: PreparedRequest): Promise<object> {
    const result = await run();
    this.session.stateChanged();
    return result;
  }

  /**
   * Over stdio only, where a client has one session. Streamable HTTP opens a session by `initialize` or has none.
   * Clients of HTTP+SSE that lost their stream continue in a new session without another `initialize`.
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
    this.session.state.protocolVersion = negotiatedRevision(protocolVersion).version;
    this.session.state.clientInfo = clientInfo;
    this.session.state.clientCapabilities = capabilities;
    return {
      protocolVersion: this.session.state.protocolVersion,
      capabilities: serverCapabilities(this.invoker),
      serverInfo: this.server.serverInfo,
      instructions: this.server.instructions,
    };
  }

  private setLogLevel({ level }: Params): object {
    const { success, data } = LoggingLevelSchema.safeParse(level);
    if (!success) throw invalidParams(['level']);
    this.session.state.logLevel = data;
    return {};
  }

  private unsubscribe({ uri }: Params): object {
    if (typeof uri !== 'string') throw invalidParams(['uri']);
    this.session.subscriptions.remove(uri);
    return {};
  }
}
