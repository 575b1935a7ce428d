import type { IncomingHttpHeaders } from 'node:http';
import { Subject, type Observable } from 'rxjs';
import type { ErrorReporter } from '../model/error-reporter.js';
import { isSamePrincipal, type McpPrincipal } from '../model/principal.js';
import type { McpSessionView, McpTransportName, SessionCloseReason } from '../model/session-view.js';
import { TolerantStream } from '../model/tolerant-stream.js';
import type { TrafficObserver } from '../model/traffic-observer.js';
import type { MemoryBudget } from '../streaming/memory-budget.js';
import type { OutgoingStreamOptions } from '../streaming/outgoing-stream.js';
import type { ToldMessage } from './cluster/cluster-message.js';
import type { JoinedCluster } from './cluster/joined-cluster.js';
import type { SessionCluster } from './cluster/session-cluster.js';
import type { SessionJournal } from './cluster/session-journal.js';
import { filterOf, sharedFilter } from './cluster/shared-filter.js';
import { LocalSessions, type Connect, type OutletOf } from './local-sessions.js';
import type { McpSession, SessionOrigin } from './mcp-session.js';
import type { OpenSessions } from './open-sessions.js';
import type { McpSessionEvent } from './session-event.js';
import { selectsPrincipal, WITHOUT_TENANT, type McpSessionSelector } from './session-filter.js';
import type { SessionOutlet } from './session-outlet.js';
import type { SessionSettings } from './session-settings.js';
import type { SharedOutlet } from './shared-outlet.js';

/** The sessions of this node: who is connected, and a way to speak to them. */
export class McpSessionService {
  private readonly local: LocalSessions;
  private readonly openSessions: OpenSessions;
  private readonly events = new Subject<McpSessionEvent>();
  private readonly closings = new Subject<(principal: McpPrincipal) => boolean>();
  private isDraining = false;

  /**
   * Sessions being opened, expiring, and closed with the reason. A subscriber that throws or rejects keeps its
   * subscription; its first failure is logged.
   */
  readonly events$: Observable<McpSessionEvent> = new TolerantStream(this.events, (error) =>
    this.errors.report(error, 'a subscriber of McpSessionService.events$'),
  );

  constructor(
    settings: SessionSettings,
    connect: Connect,
    private readonly observer: TrafficObserver,
    private readonly errors: ErrorReporter,
    joined?: JoinedCluster,
  ) {
    const told = (message: ToldMessage) => this.told(message);
    this.local = new LocalSessions(settings, connect, observer, this.events, told, joined);
    this.openSessions = this.local.open;
  }

  /** @internal The sessions of all nodes. */
  get cluster(): SessionCluster | undefined {
    return this.local.cluster;
  }

  /** @internal What the sessions of this node hold together. */
  get memory(): MemoryBudget {
    return this.local.memory;
  }

  /** @internal Each `closeWhere`, here or on another node, as what tells for a principal whether it ends all of its sessions. */
  get closings$(): Observable<(principal: McpPrincipal) => boolean> {
    return this.closings.asObservable();
  }

  /** Whether the node is being taken out of service: it is not ready for new clients. */
  get draining(): boolean {
    return this.isDraining;
  }

  /** Every session that this node has. */
  get sessions(): readonly McpSessionView[] {
    return [...this.openSessions.values()];
  }

  get(id: string): McpSessionView | undefined {
    return this.openSessions.get(id);
  }

  /**
   * Sends a notification to one session. In a cluster, the node that has it does so.
   *
   * @returns whether this node has such a session
   * @throws {TypeError} when the parameters have no JSON
   */
  notify(sessionId: string, method: string, params?: Record<string, unknown>): boolean {
    const session = this.openSessions.get(sessionId);
    if (session) session.notify(method, params);
    else this.cluster?.publish({ type: 'notify', id: sessionId, method, params });
    return session !== undefined;
  }

  /**
   * Sends a notification to the sessions that `where` selects, such as `{ tenant: 'acme' }`; `{}` is all of them.
   * Unless given, it is those whose principal has no tenant, so that nothing crosses tenants by oversight. In a
   * cluster, it goes to the sessions of every node, but a function decides for those of this node only.
   *
   * @returns how many there were on this node
   * @throws {TypeError} when the parameters have no JSON
   */
  broadcast(
    method: string,
    params?: Record<string, unknown>,
    where: McpSessionSelector = WITHOUT_TENANT,
  ): number {
    if (typeof where !== 'function')
      this.cluster?.publish({ type: 'broadcast', method, params, where: sharedFilter(where) });
    return this.openSessions.notify(where, method, params);
  }

  /**
   * Tells the clients that have subscribed to a resource that it has changed (`notifications/resources/updated`).
   * Live resources, whose handlers return an Observable, do so by themselves.
   *
   * @param where as in {@link broadcast}: the same URI may be another resource to another tenant
   */
  resourceUpdated(uri: string, where: McpSessionSelector = WITHOUT_TENANT): void {
    if (typeof where !== 'function')
      this.cluster?.publish({ type: 'updated', uri, where: sharedFilter(where) });
    this.openSessions.resourceUpdated(where, uri);
  }

  /**
   * Ends a session and its stream. What is in flight is aborted and answered with an error.
   * In a cluster, the node that has it does so.
   *
   * @returns whether this node had such a session
   */
  close(id: string, reason: SessionCloseReason = 'server'): boolean {
    const isHere = this.local.close(id, reason);
    if (!isHere) this.cluster?.publish({ type: 'close', id, reason });
    return isHere;
  }

  /**
   * Ends the sessions that are selected, such as all those of a principal whose access is revoked: a principal
   * is a selector too. In a cluster, those of every node; but a function decides for those of this node only.
   *
   * @returns how many there were on this node
   */
  closeWhere(where: McpSessionSelector, reason: SessionCloseReason = 'revoked'): number {
    if (typeof where !== 'function')
      this.cluster?.publish({ type: 'closeWhere', where: sharedFilter(where), reason });
    return this.closeHere(where, reason);
  }

  /** @internal Has sessions of a transport go on here that another node has left. */
  serveTransport(transport: McpTransportName, outletOf: OutletOf<SharedOutlet>): void {
    this.local.serveTransport(transport, outletOf);
  }

  /**
   * @internal
   * @throws {SessionLimitError}
   */
  open(origin: SessionOrigin, outletOf?: OutletOf<SessionOutlet>): McpSession {
    return this.local.begin(origin, outletOf);
  }

  /** @internal The session, if it is the principal's: someone else's is as good as none. */
  find(id: string, principal: McpPrincipal): McpSession | undefined {
    const session = this.openSessions.get(id);
    if (!session || !isSamePrincipal(session.principal, principal)) return undefined;
    session.renew(principal);
    return session;
  }

  /** @internal The client is gone: a session that was never used has nothing to come back for. */
  detached(id: string): void {
    this.local.detached(id);
  }

  /** @internal How the streams of a session send, and what they tell. @param journal keeps their events */
  streamOptions(
    id: string,
    { maxQueuedBytes, heartbeatMs }: Pick<OutgoingStreamOptions, 'maxQueuedBytes' | 'heartbeatMs'>,
    journal: SessionJournal | undefined,
  ): OutgoingStreamOptions {
    // Not spread: V8 would make a shape of its own for each of them.
    return {
      maxQueuedBytes,
      heartbeatMs,
      journal,
      onCut: () => this.about(id, (session) => this.events.next({ type: 'cut', session })),
      onReplay: (events) => this.about(id, (session) => this.observer.messages?.replayed(session, events)),
    };
  }

  /** @internal The client came back. @param headers of its request @param query of its request */
  resumed(session: McpSession, headers: IncomingHttpHeaders, query: McpSession['streamQuery']): void {
    session.touch();
    session.streamHeaders = headers;
    session.streamQuery = query;
    this.events.next({ type: 'resumed', session });
  }

  /** @internal Closes the sessions whose time is up. */
  sweep(now?: number): void {
    this.local.sweep(now);
  }

  /** @internal */
  list(): readonly McpSession[] {
    return [...this.openSessions.values()];
  }

  /** @internal */
  startDraining(): void {
    this.isDraining = true;
    this.cluster?.startLeaving();
  }

  /**
   * @internal Ends a session here, and lets any other node have it. Its client is to come back.
   *
   * @param endsConnection whether no connection is to be kept
   */
  handOver(session: McpSession, endsConnection: boolean): Promise<void> {
    return this.local.handOver(session, endsConnection);
  }

  /** @internal Closes every session and opens no more. In a cluster, other nodes go on with them. */
  async shutdown(): Promise<void> {
    this.startDraining();
    await this.local.shutdown();
  }

  private closeHere(where: McpSessionSelector, reason: SessionCloseReason): number {
    const closed = this.local.closeWhere(where, reason);
    this.closings.next((principal) => selectsPrincipal(where, principal));
    return closed;
  }

  private about(id: string, tell: (session: McpSession) => void): void {
    const session = this.openSessions.get(id);
    if (session) tell(session);
  }

  /** What was asked on another node. */
  private told(message: ToldMessage): void {
    switch (message.type) {
      case 'notify':
        return this.openSessions.get(message.id)?.notify(message.method, message.params);
      case 'broadcast':
        return void this.openSessions.notify(filterOf(message.where), message.method, message.params);
      case 'updated':
        return this.openSessions.resourceUpdated(filterOf(message.where), message.uri);
      case 'close':
        return void this.local.close(message.id, message.reason);
      case 'closeWhere':
        return void this.closeHere(filterOf(message.where), message.reason);
    }
  }
}
