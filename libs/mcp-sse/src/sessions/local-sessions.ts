import { randomBytes } from 'node:crypto';
import type { Subject } from 'rxjs';
import type { AdoptedSession } from '../model/cluster/session-store.js';
import type { McpSessionView, McpTransportName, SessionCloseReason } from '../model/session-view.js';
import { principalKey } from '../model/principal.js';
import type { TrafficObserver } from '../model/traffic-observer.js';
import type { ConnectionOutlet } from '../protocol/connection-outlet.js';
import type { McpConnection } from '../protocol/mcp-connection.js';
import type { MemoryAccount } from '../streaming/memory-account.js';
import { MemoryBudget } from '../streaming/memory-budget.js';
import type { JoinedCluster } from './cluster/joined-cluster.js';
import { LOST_REQUEST } from './cluster/lost-request.js';
import { SessionCluster, type ClusterHost } from './cluster/session-cluster.js';
import type { SessionJournal } from './cluster/session-journal.js';
import { endedBecause } from './ended-because.js';
import { ShuttingDownError } from './errors/shutting-down.error.js';
import { McpSession, type SessionOrigin } from './mcp-session.js';
import { OpenSessions } from './open-sessions.js';
import type { McpSessionEvent } from './session-event.js';
import type { McpSessionSelector } from './session-filter.js';
import type { SessionOutlet } from './session-outlet.js';
import { SessionDeadlines } from './session-deadlines.js';
import { SessionQuota } from './session-quota.js';
import { retryMs } from './retry-ms.js';
import type { SessionSettings } from './session-settings.js';
import type { SharedOutlet } from './shared-outlet.js';

/** Makes the connection of a new session. */
export type Connect = (session: McpSessionView, outlet: ConnectionOutlet) => McpConnection;

/**
 * Makes the way out of a session.
 *
 * @param memory pays for what it holds
 * @param journal where it keeps its events, in a cluster
 */
export type OutletOf<O extends SessionOutlet> = (
  sessionId: string,
  memory: MemoryAccount,
  journal?: SessionJournal,
) => O;

/** The lives of this node's sessions: how they begin, go on from another node, are handed over to one, and end. */
export class LocalSessions {
  readonly open = new OpenSessions();
  readonly memory: MemoryBudget;
  /** The sessions of all nodes. */
  readonly cluster?: SessionCluster;
  private readonly quota: SessionQuota;
  private readonly deadlines: SessionDeadlines;
  private readonly outlets = new Map<McpTransportName, OutletOf<SharedOutlet>>();
  private sweeper?: NodeJS.Timeout;
  private shutDown = false;

  /** @param told does what was said to every node */
  constructor(
    settings: SessionSettings,
    private readonly connect: Connect,
    private readonly observer: TrafficObserver,
    private readonly events: Subject<McpSessionEvent>,
    told: ClusterHost['told'],
    joined?: JoinedCluster,
  ) {
    this.quota = new SessionQuota(settings);
    this.memory = new MemoryBudget(settings.maxBytes, settings.maxBytes / settings.maxSessions);
    this.deadlines = new SessionDeadlines(settings);
    this.cluster = joined && new SessionCluster(joined.node, this.hostOf(joined, told), joined.maxBytes);
  }

  /** Has sessions of a transport go on here that another node has left. */
  serveTransport(transport: McpTransportName, outletOf: OutletOf<SharedOutlet>): void {
    this.outlets.set(transport, outletOf);
  }

  /**
   * @throws {SessionLimitError}
   * @throws {ShuttingDownError}
   */
  begin(origin: SessionOrigin, outletOf?: OutletOf<SessionOutlet>): McpSession {
    if (this.shutDown) throw new ShuttingDownError();
    this.quota.admit(origin.principal);
    const session = this.add(randomBytes(16).toString('base64url'), origin, outletOf);
    this.events.next({ type: 'opened', session });
    return session;
  }

  /** The client is gone: a session that was never used has nothing to come back for. */
  detached(id: string): void {
    const session = this.open.get(id);
    session?.touch();
    if (session && !session.used) this.close(id, 'client-disconnected');
  }

  /** Closes the sessions whose time is up. */
  sweep(now = Date.now()): void {
    for (const session of this.open.values()) {
      const reason = this.deadlines.exceeded(session, now);
      if (reason) this.close(session.id, reason);
    }
  }

  /**
   * Ends a session here, and lets any other node have it. Its client is to come back. What is in flight is lost.
   *
   * @param endsConnection whether no connection is to be kept
   */
  async handOver(session: McpSession, endsConnection: boolean): Promise<void> {
    const owned = this.cluster?.disown(session.id);
    if (!owned || !this.open.has(session.id)) return void this.close(session.id, 'shutdown');
    this.forget(session);
    await session.handOver(LOST_REQUEST, () => owned.release(), endsConnection);
    this.events.next({ type: 'closed', session, reason: 'shutdown', orphaned: 0 });
  }

  /** Closes every session and opens no more. In a cluster, other nodes go on with them. */
  async shutdown(): Promise<void> {
    this.shutDown = true;
    clearInterval(this.sweeper);
    const sessions = [...this.open.values()];
    for (const session of sessions) if (!session.journal) this.close(session.id, 'shutdown');
    if (!this.cluster) return;
    await Promise.all(sessions.map((session) => session.journal && this.handOver(session, true)));
    await this.cluster.stop();
  }

  /** @returns whether there was such a session */
  close(id: string, reason: SessionCloseReason): boolean {
    const session = this.open.get(id);
    if (!session) return false;
    const orphaned = session.attached ? 0 : session.orphaned;
    this.forget(session);
    const error = endedBecause(reason);
    if (reason === 'slow-client' || reason === 'memory') session.drop(error);
    else session.end(error, reason === 'shutdown');
    void session.journal?.remove();
    this.events.next({ type: 'closed', session, reason, orphaned });
    return true;
  }

  /** @returns how many there were */
  closeWhere(where: McpSessionSelector, reason: SessionCloseReason): number {
    const selected = this.open.select(where);
    for (const { id } of selected) this.close(id, reason);
    return selected.length;
  }

  private add(
    id: string,
    origin: SessionOrigin,
    outletOf: OutletOf<SessionOutlet> = this.outlets.get(origin.transport)!,
    adopted?: AdoptedSession,
  ): McpSession {
    const cluster = origin.isLocal ? undefined : this.cluster;
    const memory = this.memory.open(principalKey(origin.principal), {
      trim: () => this.trim(session),
      cut: () => this.close(id, 'memory') || outlet.destroy(),
    });
    const journal = cluster?.journal(id, memory, adopted);
    const outlet = outletOf(id, memory, journal);
    const session: McpSession = new McpSession(
      id,
      origin,
      outlet,
      memory,
      this.connect,
      () => this.close(id, 'slow-client'),
      () => this.events.next({ type: 'expired', session }),
      this.observer,
      journal,
    );
    this.open.set(id, session);
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
    const { id, streamHeaders: headers, streamQuery: query, ...record } = adopted.record;
    this.quota.count(record.principal);
    const session = this.add(id, { ...record, headers, query }, undefined, adopted);
    (session.outlet as SharedOutlet).restore(adopted);
    session.restore(adopted, LOST_REQUEST);
    const { principal, params } = record;
    const request = { query: {}, user: principal.claims };
    void session.watchAgain(() => originOf({ principal, headers, params, bytes: 0, request }));
    this.events.next({ type: 'adopted', session, lost: adopted.inFlight.length });
  }

  private trim({ id, outlet, memory }: McpSession): void {
    const { bytes } = memory;
    outlet.trim();
    const session = this.open.get(id);
    if (session && memory.bytes < bytes) this.events.next({ type: 'trimmed', session });
  }

  /** Another node has the session. */
  private leave(session: McpSession): void {
    if (this.open.get(session.id) !== session) return;
    this.forget(session);
    session.leave(endedBecause('moved'), retryMs());
    this.events.next({ type: 'closed', session, reason: 'moved', orphaned: 0 });
  }

  private forget(session: McpSession): void {
    this.open.delete(session.id);
    this.cluster?.disown(session.id);
    this.quota.release(session.principal);
  }

  private hostOf({ originOf, stored, reports }: JoinedCluster, told: ClusterHost['told']): ClusterHost {
    return {
      originOf,
      stored,
      reports,
      observer: this.observer,
      restore: (adopted) => this.restore(adopted, originOf),
      detached: (id) => this.detached(id),
      told,
    };
  }
}
