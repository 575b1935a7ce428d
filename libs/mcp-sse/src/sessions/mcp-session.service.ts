import type { IncomingHttpHeaders } from 'node:http';
import { Subject, type Observable } from 'rxjs';
import type { AdoptedSession } from '../model/cluster/session-store.js';
import type { ErrorReporter } from '../model/error-reporter.js';
import { isSamePrincipal, type McpPrincipal } from '../model/principal.js';
import type { McpSessionView, McpTransportName, SessionCloseReason } from '../model/session-view.js';
import { TolerantStream } from '../model/tolerant-stream.js';
import type { TrafficObserver } from '../model/traffic-observer.js';
import type { MemoryBudget } from '../streaming/memory-budget.js';
import type { OutgoingStreamOptions } from '../streaming/outgoing-stream.js';
import { LocalSessions, type OutletFactory, type SessionSettings } from './local-sessions.js';
import type { McpSession } from './mcp-session.js';
import type { SessionHost } from './session-host.js';
import type { SessionOrigin } from './session-origin.js';
import type { OpenSessions } from './open-sessions.js';
import type { McpSessionEvent } from './session-event.js';
import { selectsPrincipal, WITHOUT_TENANT, type McpSessionSelector } from './session-filter.js';
import type { SessionOutlet } from './session-outlet.js';
import { SessionStreamOptions } from './session-stream-options.js';
import type { RelayedStream, SessionCommand, SessionSharing } from './session-sharing.js';
import type { StatelessClients } from './stateless-clients.js';
import type { SharedJournal } from './shared-journal.js';
import type { SharedOutlet } from './shared-outlet.js';

/** The sessions of this node, and commands to those of all nodes. */
export class McpSessionService {
  private readonly local: LocalSessions;
  private readonly openSessions: OpenSessions;
  private readonly events = new Subject<McpSessionEvent>();
  private readonly closings = new Subject<(principal: McpPrincipal) => boolean>();
  private sharing?: SessionSharing;
  private stateless?: StatelessClients;
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
    connect: SessionHost['connect'],
    private readonly observer: TrafficObserver,
    private readonly errors: ErrorReporter,
  ) {
    this.local = new LocalSessions(settings, connect, observer, this.events);
    this.openSessions = this.local.open;
  }

  /** @internal Shares the sessions that are opened from now on. */
  shareThrough(sharing: SessionSharing): void {
    this.sharing = this.local.sharing = sharing;
  }

  /** @internal Reaches clients without a session too. */
  include(stateless: StatelessClients): void {
    this.stateless = stateless;
  }

  /** @internal Whether there are other nodes. */
  get isShared(): boolean {
    return this.sharing !== undefined;
  }

  /** @internal Streams of clients that have no session here. They may end at any time. */
  get relayed(): readonly RelayedStream[] {
    return [...(this.sharing?.relayed ?? []), ...(this.stateless?.listening ?? [])];
  }

  /** @internal Memory that the sessions of this node hold together. */
  get memory(): MemoryBudget {
    return this.local.memory;
  }

  /** @internal Each `closeWhere`, on any node: a function that tells whether it ends all sessions of a principal. */
  get closings$(): Observable<(principal: McpPrincipal) => boolean> {
    return this.closings.asObservable();
  }

  /** Whether the node is being taken out of service and is not ready for new clients. */
  get draining(): boolean {
    return this.isDraining;
  }

  /** The sessions of this node. */
  get sessions(): readonly McpSessionView[] {
    return [...this.openSessions.values()];
  }

  get(id: string): McpSessionView | undefined {
    return this.openSessions.get(id);
  }

  /**
   * Sends a notification to one session, on whichever node it is. Clients of revision 2026-07-28 have none.
   *
   * @returns whether this node has such a session
   * @throws {TypeError} when the parameters have no JSON
   */
  notify(sessionId: string, method: string, params?: Record<string, unknown>): boolean {
    const session = this.openSessions.get(sessionId);
    if (session) session.notify(method, params);
    else this.sharing?.publish({ type: 'notify', id: sessionId, method, params });
    return session !== undefined;
  }

  /**
   * Sends a notification to the sessions that `where` selects, such as `{ tenant: 'acme' }`; `{}` selects all of them.
   * Without `where`, it goes to sessions whose principal has no tenant, so that nothing crosses tenants by oversight.
   * In a cluster, it goes to the sessions of every node; a function selects sessions of this node only.
   *
   * Clients of revision 2026-07-28 have no session. They get `notifications/…/list_changed` if they listen to it and a
   * filter selects their principal, and no other notification.
   *
   * @returns the number of sessions on this node
   * @throws {TypeError} when the parameters have no JSON
   */
  broadcast(
    method: string,
    params?: Record<string, unknown>,
    where: McpSessionSelector = WITHOUT_TENANT,
  ): number {
    if (typeof where !== 'function') {
      this.sharing?.publish({ type: 'broadcast', method, params, where });
      this.stateless?.notify(where, method);
    }
    return this.openSessions.notify(where, method, params);
  }

  /**
   * Sends `notifications/resources/updated` to the clients that have subscribed to a resource, by `resources/subscribe` or,
   * without a session, by `subscriptions/listen`. Live resources, whose
   * handlers return an Observable, do so by themselves.
   *
   * @param where as in {@link broadcast}: the same URI may be another resource to another tenant
   */
  resourceUpdated(uri: string, where: McpSessionSelector = WITHOUT_TENANT): void {
    if (typeof where !== 'function') {
      this.sharing?.publish({ type: 'updated', uri, where });
      this.stateless?.resourceUpdated(where, uri);
    }
    this.openSessions.resourceUpdated(where, uri);
  }

  /**
   * Ends a session and its streams, on whichever node it is. What is in flight is aborted and answered with an error.
   *
   * @returns whether this node had such a session
   */
  close(id: string, reason: SessionCloseReason = 'server'): boolean {
    const isHere = this.local.close(id, reason);
    if (!isHere) this.sharing?.publish({ type: 'close', id, reason });
    return isHere;
  }

  /**
   * Ends the sessions that `where` selects, such as those of a principal whose access is revoked: a principal is a
   * selector too. In a cluster, it ends the sessions of every node; a function selects sessions of this node only. A
   * filter also ends the streams and running requests of clients without a session.
   *
   * @returns the number of sessions on this node
   */
  closeWhere(where: McpSessionSelector, reason: SessionCloseReason = 'revoked'): number {
    if (typeof where !== 'function') this.sharing?.publish({ type: 'closeWhere', where, reason });
    return this.closeHere(where, reason);
  }

  /** @internal Sets the outlets of a transport's sessions, both new and adopted. */
  serveTransport(transport: McpTransportName, outlet: OutletFactory<SharedOutlet>): void {
    this.local.serveTransport(transport, outlet);
  }

  /**
   * @internal
   * @param outlet that of the transport unless given
   * @throws {SessionLimitError}
   * @throws {ShuttingDownError}
   */
  open(origin: SessionOrigin, outlet?: OutletFactory<SessionOutlet>): McpSession {
    return this.local.begin(origin, outlet);
  }

  /** @internal Goes on with a session of another node. */
  adopt(adopted: AdoptedSession): McpSession {
    return this.local.adopt(adopted);
  }

  /** @internal Ends a session that another node owns. */
  leave(session: McpSession): void {
    this.local.leave(session);
  }

  /** @internal Carries out a command on the sessions of this node. */
  perform(command: SessionCommand): void {
    switch (command.type) {
      case 'notify':
        return this.openSessions.get(command.id)?.notify(command.method, command.params);
      case 'broadcast':
        this.stateless?.notify(command.where, command.method);
        return void this.openSessions.notify(command.where, command.method, command.params);
      case 'updated':
        this.stateless?.resourceUpdated(command.where, command.uri);
        return this.openSessions.resourceUpdated(command.where, command.uri);
      case 'close':
        return void this.local.close(command.id, command.reason);
      case 'closeWhere':
        return void this.closeHere(command.where, command.reason);
    }
  }

  /** @internal A session, if it belongs to the principal. Its newest token is remembered. */
  find(id: string, principal: McpPrincipal): McpSession | undefined {
    const session = this.openSessions.get(id);
    if (!session || !isSamePrincipal(session.principal, principal)) return undefined;
    session.renew(principal);
    return session;
  }

  /** @internal The client is gone. A session without any message is closed. */
  detached(id: string): void {
    this.local.detached(id);
  }

  /** @internal Options of a session's streams. @param journal keeps their events */
  streamOptions(
    id: string,
    { maxQueuedBytes, heartbeatMs }: Pick<OutgoingStreamOptions, 'maxQueuedBytes' | 'heartbeatMs'>,
    journal: SharedJournal | undefined,
  ): OutgoingStreamOptions {
    return new SessionStreamOptions(this, id, maxQueuedBytes, heartbeatMs, journal);
  }

  /** @internal A client that did not read was disconnected. */
  cut(id: string): void {
    const session = this.openSessions.get(id);
    if (session) this.events.next({ type: 'cut', session });
  }

  /** @internal A client that came back is sent events again. */
  replayed(id: string, events: number): void {
    const session = this.openSessions.get(id);
    if (session) this.observer.messages?.replayed(session, events);
  }

  /** @internal The client came back. @param headers of its request @param query of its request */
  resumed(session: McpSession, headers: IncomingHttpHeaders, query: McpSession['streamQuery']): void {
    session.streamOpened(headers, query);
    this.events.next({ type: 'resumed', session });
  }

  /** @internal Closes the sessions that have expired. */
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
    this.sharing?.startLeaving();
  }

  /**
   * @internal Ends a session here and lets another node adopt it. Its client comes back.
   *
   * @param endsConnection whether its HTTP connections end too
   */
  handOver(session: McpSession, endsConnection: boolean): Promise<void> {
    return this.local.handOver(session, endsConnection);
  }

  /** @internal Closes every session and opens no more. In a cluster, other nodes adopt them. */
  async shutdown(): Promise<void> {
    this.startDraining();
    await this.local.shutdown();
  }

  private closeHere(where: McpSessionSelector, reason: SessionCloseReason): number {
    const closed = this.local.closeWhere(where, reason);
    if (typeof where !== 'function') this.stateless?.closeWhere(where);
    this.closings.next((principal) => selectsPrincipal(where, principal));
    return closed;
  }
}
