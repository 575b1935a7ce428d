import type { RequestId } from '@modelcontextprotocol/sdk/types.js';
import { whenReady } from '../model/and-then.js';
import type { ErrorReporter } from '../model/error-reporter.js';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';
import type { InvokedContext, Invoker, PreparedRequest } from '../model/invoker.js';
import type { Viewer } from '../model/mcp-policy.js';
import { missingTasks, TASKS_EXTENSION } from '../model/tasks/tasks-extension.js';
import type { McpPrincipal } from '../model/principal.js';
import type { McpTransportName } from '../model/session-view.js';
import { CallContext } from '../protocol/call-context.js';
import type { CallPort, MessageOrigin } from '../protocol/call-port.js';
import type { RequestPreparer } from '../protocol/execution.js';
import { type JsonRpcRequest, type Params, serializeNotification } from '../protocol/json-rpc.js';
import {
  type ChangingList,
  grantedFilter,
  type ListenFilter,
  listenFilter,
} from '../protocol/listen-filter.js';
import type { ServerTasks, TaskWatch } from '../protocol/server-tasks.js';
import { SUBSCRIPTION_ID } from '../protocol/request-meta.js';
import { ResourceSubscriptions } from '../protocol/resource-subscriptions.js';
import { TokenExpiry } from '../sessions/token-expiry.js';

/** Decides whether a client sees a feature. */
export type Sees = (reader: Viewer) => boolean | Promise<boolean>;

/** The request that opened a stream. */
export interface ListenPort extends CallPort {
  readonly errors: ErrorReporter;
  /** Sends a notification to the client. */
  tell(json: string): void;
  /** Tells observers that the subscription has begun. @param json the acknowledgement */
  begun(json: string): void;
  /** Accounts for memory. @param bytes negative when it is released */
  hold(bytes: number): void;
}

/**
 * Answers one `subscriptions/listen`: a stream of the notifications that its client asked for and may see. It ends with its
 * client's connection or token, or by the server, which then answers the request.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/subscriptions
 */
export class ListenStream implements RequestPreparer {
  private readonly reader: Viewer;
  private readonly meta: object;
  private readonly contexts: CallContext[] = [];
  /** Undefined until a resource is watched, while no token of the principal expires, and while no notification waits. */
  private subscriptions?: ResourceSubscriptions;
  private expiry?: TokenExpiry;
  private early?: Set<string>;
  /** Answers the request, from when its stream begins. */
  private answer?: (result: object) => void;
  private lists: readonly ChangingList[] = [];
  private tasks?: TaskWatch;
  private isAcknowledged = false;
  private isOver = false;

  /** @param maxSubscriptions most resources, and most tasks */
  constructor(
    private readonly id: RequestId,
    private readonly origin: MessageOrigin,
    private readonly port: ListenPort,
    private readonly invoker: Invoker,
    private readonly maxSubscriptions: number,
    private readonly serverTasks?: ServerTasks,
  ) {
    const { principal, params, request } = origin;
    this.reader = { session: undefined, principal, params, request };
    this.meta = { [SUBSCRIPTION_ID]: id };
  }

  get principal(): McpPrincipal {
    return this.origin.principal;
  }

  get transport(): McpTransportName {
    return this.port.transport;
  }

  /** @throws {JsonRpcError} -32602; -32021 for tasks, of a client that does not declare them */
  prepare({ params }: JsonRpcRequest, context: InvokedContext): PreparedRequest {
    const filter = listenFilter(params, this.maxSubscriptions);
    if (filter.taskIds && this.serverTasks?.areOffered && !context.clientSupports(TASKS_EXTENSION))
      throw missingTasks('"notifications.taskIds"');
    return () => this.run(filter);
  }

  /** Tells the client that a list has changed, if it asked for that and sees the change. */
  listChanged(list: ChangingList, sees?: Sees): void {
    if (!this.lists.includes(list)) return;
    whenReady(
      () => sees?.(this.reader) ?? true,
      (isSeen) => isSeen && this.send(`notifications/${list}/list_changed`),
      (error) => this.port.errors.report(error, `the policy, of a change of the ${list},`),
    );
  }

  /** Tells the client that a resource has changed, if it asked for that and may still read it. */
  resourceUpdated(uri: string): void {
    this.subscriptions?.updated(uri);
  }

  /** Ends the stream: its request is answered, unless its client is gone. */
  end(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.expiry?.stop();
    this.subscriptions?.close();
    this.tasks?.stop();
    for (const context of this.contexts) context.abort(new Error('The subscription has ended.'));
    this.answer?.(this.result);
  }

  private get result(): object {
    return { _meta: this.meta };
  }

  /** Without `await`: while the stream is open, it would keep more memory than the stream itself. */
  private run(filter: ListenFilter): object | Promise<object> {
    if (this.isOver) return this.result;
    this.lists = filter.lists;
    this.watchExpiry();
    return new Promise((resolve, reject) => {
      this.answer = resolve;
      this.begin(filter).catch(reject);
    });
  }

  private watchExpiry(): void {
    const { expiresAt } = this.principal;
    if (expiresAt === undefined) return;
    this.expiry = new TokenExpiry({ inFlight: 0, tokenExpires: () => this.end() });
    this.expiry.watch(expiresAt);
  }

  private async begin(filter: ListenFilter): Promise<void> {
    const { lists, uris, taskIds } = filter;
    const granted = {
      lists,
      uris: uris && (await this.watchable(uris)),
      taskIds: taskIds && (await this.followed(taskIds)),
    };
    if (this.isOver) return;
    const acknowledged = this.notification('notifications/subscriptions/acknowledged', {
      notifications: grantedFilter(granted),
    });
    this.isAcknowledged = true;
    this.port.tell(acknowledged);
    this.port.begun(acknowledged);
    for (const json of this.early ?? []) this.port.tell(json);
    this.early = undefined;
  }

  /** Watches resources. @returns those that the client may read */
  private async watchable(uris: readonly string[]): Promise<readonly string[]> {
    const isWatched = await Promise.all(uris.map((uri) => this.watch(uri)));
    return uris.filter((_, index) => isWatched[index]);
  }

  /** A resource that the client may not read counts as missing. @returns whether it is watched */
  private async watch(uri: string): Promise<boolean> {
    try {
      // One for each, since a time limit ends the context of its handler.
      const context = new CallContext(this.id, undefined, this.origin, this.port);
      this.contexts.push(context);
      const resource = await this.invoker.watchable(uri, context);
      if (!this.isOver) await (this.subscriptions ??= this.newSubscriptions()).add(uri, resource);
      return true;
    } catch (error) {
      if (!(error instanceof JsonRpcError)) this.port.errors.report(error, `the subscription to ${uri}`);
      return false;
    }
  }

  private newSubscriptions(): ResourceSubscriptions {
    const { port } = this;
    return new ResourceSubscriptions(new Set(), this.maxSubscriptions, {
      tell: (uri) => this.send('notifications/resources/updated', { uri }),
      hold: (bytes) => port.hold(bytes),
      report: (error) => void port.errors.report(error, 'the policy for a resource that has changed'),
      reader: () => this.reader,
    });
  }

  /** Follows tasks. @returns those that the client may see; undefined where there are no tasks */
  private async followed(ids: readonly string[]): Promise<readonly string[] | undefined> {
    if (!this.serverTasks?.areOffered) return undefined;
    const context = new CallContext(this.id, undefined, this.origin, this.port);
    this.contexts.push(context);
    const tell = (task: object) => this.send('notifications/tasks', task as Params);
    this.tasks = await this.serverTasks.watch(ids, context, tell);
    if (this.isOver) this.tasks.stop();
    return this.tasks.ids;
  }

  private send(method: string, params?: Params): void {
    if (this.isOver) return;
    const json = this.notification(method, params);
    if (this.isAcknowledged) this.port.tell(json);
    else (this.early ??= new Set()).add(json);
  }

  private notification(method: string, params?: Params): string {
    return serializeNotification(method, { ...params, _meta: this.meta });
  }
}
