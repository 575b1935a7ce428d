import { ErrorCode, LoggingLevelSchema, type InitializeResult } from '@modelcontextprotocol/sdk/types.js';
import { andThen } from '../model/and-then.js';
import { clip } from '../model/clip.js';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';
import type { InvokedContext, Invoker, PreparedRequest } from '../model/invoker.js';
import type { McpTransportName } from '../model/session-view.js';
import type { ConnectionOptions } from './connection-options.js';
import type { ConnectionState } from './connection-state.js';
import { initializeParams } from './initialize-params.js';
import { invalidParams } from './invalid-params.js';
import type { JsonRpcRequest, Params } from './json-rpc.js';
import { negotiateVersion } from './protocol-versions.js';
import type { ResourceSubscriptions } from './resource-subscriptions.js';

type Preparation = PreparedRequest | Promise<PreparedRequest>;

/** Of a method that is not served, in the error. */
const MAX_METHOD_LENGTH = 256;

/** Requests that change what is agreed with the client. */
const CHANGES_STATE = new Set([
  'initialize',
  'logging/setLevel',
  'resources/subscribe',
  'resources/unsubscribe',
]);

/** What each request of a client does: those of the protocol itself here, all others by the invoker. */
export class RequestMethods {
  constructor(
    private readonly invoker: Invoker,
    private readonly options: ConnectionOptions,
    private readonly transport: McpTransportName,
    private readonly state: ConnectionState,
    private readonly subscriptions: ResourceSubscriptions,
  ) {}

  get isInitialized(): boolean {
    return this.state.protocolVersion !== undefined;
  }

  changesState(method: string): boolean {
    return CHANGES_STATE.has(method);
  }

  /**
   * What a request is to do: at once, unless a policy takes its time.
   *
   * @throws {JsonRpcError}
   */
  prepare({ method, params }: JsonRpcRequest, context: InvokedContext): Preparation {
    switch (method) {
      case 'initialize':
        return () => this.initialize(params);
      case 'ping':
        return () => ({});
      case 'logging/setLevel':
        this.assertInitialized();
        return () => this.setLogLevel(params);
      case 'resources/subscribe':
        this.assertInitialized();
        return this.prepareSubscription(params, context);
      case 'resources/unsubscribe':
        this.assertInitialized();
        return () => this.unsubscribe(params);
    }
    // Before all else: clients ask for methods of later revisions to learn that they are not served.
    if (!this.invoker.handles(method))
      throw new JsonRpcError(
        ErrorCode.MethodNotFound,
        `Method not found: ${clip(method, MAX_METHOD_LENGTH)}`,
      );
    this.assertInitialized();
    return this.invoker.prepare(method, params, context);
  }

  prepareSubscription({ uri }: Params, context: InvokedContext): Preparation {
    if (typeof uri !== 'string') throw invalidParams(['uri']);
    return andThen(this.invoker.watchable(uri, context), (resource) => async () => {
      await this.subscriptions.add(uri, resource);
      return {};
    });
  }

  /**
   * Only where a client has one session for life. Streamable HTTP opens its sessions by `initialize` or has none,
   * and clients of HTTP+SSE that lost their stream go on in a new session without another one.
   */
  private assertInitialized(): void {
    if (this.transport === 'stdio' && !this.isInitialized)
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

  private unsubscribe({ uri }: Params): object {
    if (typeof uri !== 'string') throw invalidParams(['uri']);
    this.subscriptions.remove(uri);
    return {};
  }
}
