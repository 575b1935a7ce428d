import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Subject, type Observable } from 'rxjs';
import type { AdoptedSession } from '../model/cluster/session-store.js';
import { isSamePrincipal, type McpPrincipal } from '../model/principal.js';
import type { McpSessionView, McpTransportName, SessionCloseReason } from '../model/session-view.js';
import type { TrafficObserver } from '../model/traffic-observer.js';
import type { ConnectionOutlet } from '../protocol/connection-outlet.js';
import type { McpConnection } from '../protocol/mcp-connection.js';
import type { ToldMessage } from './cluster/cluster-message.js';
import type { JoinedCluster } from './cluster/joined-cluster.js';
import { LOST_REQUEST } from './cluster/lost-request.js';
import { SessionCluster, type ClusterHost } from './cluster/session-cluster.js';
import type { SessionJournal } from './cluster/session-journal.js';
import { filterOf, sharedFilter } from './cluster/shared-filter.js';
import { endedBecause } from './ended-because.js';
import { SessionLimitError } from './errors/session-limit.error.js';
import { McpSession, type SessionOrigin } from './mcp-session.js';
import { OpenSessions } from './open-sessions.js';
import type { McpSessionEvent } from './session-event.js';
import { WITHOUT_TENANT, type McpSessionSelector } from './session-filter.js';
import type { SessionOutlet } from './session-outlet.js';
import { SessionDeadlines } from './session-deadlines.js';
import { SessionQuota } from './session-quota.js';
import type { SessionSettings } from './session-settings.js';
import type { SharedOutlet } from './shared-outlet.js';

/** Makes the connection of a new session. */
export type Connect = (session: McpSessionView, outlet: ConnectionOutlet) => McpConnection;

/** Makes the way out of a session. @param journal where it keeps its events, in a cluster */
type OutletOf<O extends SessionOutlet> = (sessionId: string, journal?: SessionJournal) => O;

/** The sessions of this node: who is connected, and a way to speak to them. */
export class McpSessionService {
  private readonly openSessions = new OpenSessions();
  private readonly quota: SessionQuota;
  private readonly deadlines: SessionDeadlines;
  private readonly events = new Subject<McpSessionEvent>();
  private readonly outlets = new Map<McpTransportName, OutletOf<SharedOutlet>>();
  private sweeper?: NodeJS.Timeout;
  private shutDown = false;
  private isDraining = false;

  /** @internal The sessions of all nodes. */
  readonly cluster?: SessionCluster;

  constructor(
    settings: SessionSettings,
    private readonly connect: Connect,
    private readonly observer: TrafficObserver,
    joined?: JoinedCluster,
  ) {
    this.quota = new SessionQuota(settings);
    this.deadlines = new SessionDeadlines(settings);
    this.cluster = joined && new SessionCluster(joined.node, this.hostOf(joined), joined.maxBytes);
  }

  /** Sessions being opened, expiring, and closed with the reason. */
  get events$(): Observable<McpSessionEvent> {
    return this.events.asObservable();
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
    const isHere = this.closeHere(id, reason);
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
    return this.closeWhereHere(where, reason);
  }

  /** @internal Has sessions of a transport go on here that another node has left. */
  serveTransport(transport: McpTransportName, outletOf: OutletOf<SharedOutlet>): void {
    this.outlets.set(transport, outletOf);
  }

  /**
   * @internal
   * @throws {SessionLimitError}
   */
  open(origin: SessionOrigin, outletOf?: OutletOf<SessionOutlet>): McpSession {
    if (this.shutDown) throw new SessionLimitError('The server is shutting down; try again later.');
    this.quota.admit(origin.principal);
    const session = this.add(randomBytes(16).toString('base64url'), origin, outletOf);
    this.events.next({ type: 'opened', session });
    return session;
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
    const session = this.openSessions.get(id);
    session?.touch();
    if (session && !session.used) this.close(id, 'client-disconnected');
  }

  /** @internal What the streams of a session tell. */
  streamCallbacks(id: string): { onCut: () => void; onReplay: (events: number) => void } {
    return {
      onCut: () => this.about(id, (session) => this.events.next({ type: 'cut', session })),
      onReplay: (events) => this.about(id, (session) => this.observer.messages?.replayed(session, events)),
    };
  }

  /** @internal The client came back. @param headers of its request */
  resumed(session: McpSession, headers: IncomingHttpHeaders): void {
    session.touch();
    session.streamHeaders = headers;
    this.events.next({ type: 'resumed', session });
  }

  /** @internal Closes the sessions whose time is up. */
  sweep(now = Date.now()): void {
    for (const session of this.openSessions.values()) {
      const reason = this.deadlines.exceeded(session, now);
      if (reason) this.close(session.id, reason);
    }
  }

  /** @internal */
  list(): readonly McpSession[] {
    return [...this.openSessions.values()];
  }

  /** @internal */
  startDraining(): void {
    this.isDraining = true;
  }

  /**
   * @internal Ends a session here, and lets any other node have it. Its client is to come back.
   *
   * @param endsConnection whether no connection is to be kept
   */
  async handOver(session: McpSession, endsConnection: boolean): Promise<void> {
    const owned = this.cluster?.disown(session.id);
    if (!owned || !this.openSessions.has(session.id)) return void this.closeHere(session.id, 'shutdown');
    this.forget(session);
    await session.handOver(endedBecause('shutdown'), () => owned.release(), endsConnection);
    this.events.next({ type: 'closed', session, reason: 'shutdown', orphaned: 0 });
  }

  /** @internal Closes every session and opens no more. In a cluster, other nodes go on with them. */
  async shutdown(): Promise<void> {
    this.shutDown = this.isDraining = true;
    clearInterval(this.sweeper);
    const sessions = [...this.openSessions.values()];
    for (const session of sessions) if (!session.journal) this.closeHere(session.id, 'shutdown');
    if (!this.cluster) return;
    await Promise.all(sessions.map((session) => session.journal && this.handOver(session, true)));
    await this.cluster.stop();
  }

  private add(
    id: string,
    origin: SessionOrigin,
    outletOf: OutletOf<SessionOutlet> = this.outlets.get(origin.transport)!,
    adopted?: AdoptedSession,
  ): McpSession {
    const cluster = origin.isLocal ? undefined : this.cluster;
    const journal = cluster?.journal(id, adopted?.epoch ?? 0);
    const outlet = outletOf(id, journal);
    const session: McpSession = new McpSession(
      id,
      origin,
      outlet,
      this.connect,
      () => this.close(id, 'slow-client'),
      () => this.events.next({ type: 'expired', session }),
      this.observer,
      journal,
    );
    this.openSessions.set(id, session);
    this.sweeper ??= setInterval(() => this.sweep(), this.deadlines.sweepMs).unref();
    const callbacks = {
      onFenced: () => this.leave(session),
      onOverflow: () => this.close(id, 'slow-client'),
    };
    // What is shared has an outlet that can be: every transport that is served has.
    cluster?.own(session, outlet as SharedOutlet, callbacks, adopted?.inFlight);
    return session;
  }

  /** Goes on with a session of another node. There is no limit to that: its client has been let in. */
  private restore(adopted: AdoptedSession, originOf: JoinedCluster['originOf']): void {
    const { id, streamHeaders: headers, ...record } = adopted.record;
    this.quota.count(record.principal);
    const session = this.add(id, { ...record, headers }, undefined, adopted);
    (session.outlet as SharedOutlet).restore(adopted);
    session.restore(adopted, LOST_REQUEST);
    const { principal, params } = record;
    const request = { query: {}, user: principal.claims };
    void originOf({ principal, headers, params, bytes: 0, request }).then((origin) =>
      session.watchAgain(origin),
    );
    this.events.next({ type: 'adopted', session, lost: adopted.inFlight.length });
  }

  /** Another node has the session. */
  private leave(session: McpSession): void {
    if (this.openSessions.get(session.id) !== session) return;
    this.forget(session);
    session.leave(endedBecause('moved'));
    this.events.next({ type: 'closed', session, reason: 'moved', orphaned: 0 });
  }

  private about(id: string, tell: (session: McpSession) => void): void {
    const session = this.openSessions.get(id);
    if (session) tell(session);
  }

  private forget(session: McpSession): void {
    this.openSessions.delete(session.id);
    this.cluster?.disown(session.id);
    this.quota.release(session.principal);
  }

  private closeHere(id: string, reason: SessionCloseReason): boolean {
    const session = this.openSessions.get(id);
    if (!session) return false;
    const orphaned = session.attached ? 0 : session.orphaned;
    this.forget(session);
    const error = endedBecause(reason);
    if (reason === 'slow-client') session.drop(error);
    else session.end(error, reason === 'shutdown');
    void session.journal?.remove();
    this.events.next({ type: 'closed', session, reason, orphaned });
    return true;
  }

  private closeWhereHere(where: McpSessionSelector, reason: SessionCloseReason): number {
    const selected = this.openSessions.select(where);
    for (const { id } of selected) this.closeHere(id, reason);
    return selected.length;
  }

  private hostOf({ originOf, credentialHeader }: JoinedCluster): ClusterHost {
    return {
      originOf,
      credentialHeader,
      observer: this.observer,
      restore: (adopted) => this.restore(adopted, originOf),
      detached: (id) => this.detached(id),
      told: (message) => this.told(message),
    };
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
        return void this.closeHere(message.id, message.reason);
      case 'closeWhere':
        return void this.closeWhereHere(filterOf(message.where), message.reason);
    }
  }
}
