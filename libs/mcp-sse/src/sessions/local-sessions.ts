import type { Subject } from 'rxjs';
import type { AdoptedSession } from '../model/cluster/session-store.js';
import { principalKey } from '../model/principal.js';
import { randomId } from '../model/random-id.js';
import type { McpTransportName, SessionCloseReason } from '../model/session-view.js';
import type { TrafficObserver } from '../model/traffic-observer.js';
import type { Debtor, MemoryAccount, MemoryBudget } from '../streaming/memory-budget.js';
import { McpSession } from './mcp-session.js';
import type { SessionHost } from './session-host.js';
import type { SessionOrigin } from './session-origin.js';
import { OpenSessions } from './open-sessions.js';
import { SessionDeadlines, type SessionTimes } from './session-deadlines.js';
import type { McpSessionEvent } from './session-event.js';
import type { McpSessionSelector } from './session-filter.js';
import { randomRetryMs, type SessionOutlet } from './session-outlet.js';
import { SessionQuota, type SessionLimits } from './session-quota.js';
import type { SessionSharing } from './session-sharing.js';
import { lostRequest, sessionEnded, ShuttingDownError } from './session.errors.js';
import type { SharedJournal } from './shared-journal.js';
import type { SharedOutlet } from './shared-outlet.js';

export interface SessionSettings extends SessionLimits, SessionTimes {
  /** What all clients may hold together. */
  readonly memory: MemoryBudget;
}

/**
 * Makes the outlet of a session.
 *
 * @param memory pays for what it holds
 * @param journal where it keeps its events, in a cluster
 */
export type OutletFactory<O extends SessionOutlet> = (
  sessionId: string,
  memory: MemoryAccount,
  journal?: SharedJournal,
) => O;

/** The lifecycle of this node's sessions: opening, adoption, hand-over and closing. */
export class LocalSessions implements SessionHost {
  readonly open = new OpenSessions();
  readonly memory: MemoryBudget;
  /** Shares them with other nodes, in a cluster. */
  sharing?: SessionSharing;
  private readonly quota: SessionQuota;
  private readonly deadlines: SessionDeadlines;
  private readonly outlets = new Map<McpTransportName, OutletFactory<SharedOutlet>>();
  private sweeper?: NodeJS.Timeout;
  private isShutDown = false;

  constructor(
    settings: SessionSettings,
    readonly connect: SessionHost['connect'],
    readonly observer: TrafficObserver,
    private readonly events: Subject<McpSessionEvent>,
  ) {
    this.quota = new SessionQuota(settings);
    this.memory = settings.memory;
    this.deadlines = new SessionDeadlines(settings);
  }

  /** Sets the outlets of a transport. */
  serveTransport(transport: McpTransportName, outlet: OutletFactory<SharedOutlet>): void {
    this.outlets.set(transport, outlet);
  }

  /**
   * @param outlet that of the transport unless given
   * @throws {SessionLimitError}
   * @throws {ShuttingDownError}
   */
  begin(origin: SessionOrigin, outlet?: OutletFactory<SessionOutlet>): McpSession {
    if (this.isShutDown) throw new ShuttingDownError();
    this.quota.admit(origin.principal);
    const session = this.add(randomId(), origin, outlet);
    this.events.next({ type: 'opened', session });
    return session;
  }

  /** Goes on with a session of another node. It counts, but no limit refuses it: its client was admitted before. */
  adopt(adopted: AdoptedSession): McpSession {
    const { id, streamHeaders: headers, streamQuery: query, ...record } = adopted.record;
    this.quota.count(record.principal);
    const session = this.add(id, { ...record, headers, query }, undefined, adopted);
    (session.outlet as SharedOutlet).restore(adopted);
    session.restore(adopted, lostRequest());
    this.events.next({ type: 'adopted', session, lost: adopted.inFlight.length });
    return session;
  }

  /** The client is gone. A session without any message is closed: there is nothing to come back for. */
  detached(id: string): void {
    const session = this.open.get(id);
    session?.touch();
    if (session && !session.isUsed) this.close(id, 'client-disconnected');
  }

  overflowed({ id }: McpSession): void {
    this.close(id, 'slow-client');
  }

  expired(session: McpSession): void {
    this.events.next({ type: 'expired', session });
  }

  /** Closes the sessions that have expired. */
  sweep(now = Date.now()): void {
    for (const session of this.open.values()) {
      const reason = this.deadlines.exceeded(session, now);
      if (reason) this.close(session.id, reason);
    }
  }

  /**
   * Ends a session here and lets another node adopt it. Its client comes back. What is in flight is lost. A session
   * that is not shared is closed.
   *
   * @param endsConnection whether its HTTP connections end too
   */
  async handOver(session: McpSession, endsConnection: boolean): Promise<void> {
    const disowned = this.sharing?.disown(session.id);
    if (!disowned || !this.open.has(session.id)) return void this.close(session.id, 'shutdown');
    this.forget(session);
    await session.handOver(lostRequest, disowned, endsConnection);
    this.events.next({ type: 'closed', session, reason: 'shutdown', orphaned: 0 });
  }

  /** Ends a session that another node owns. */
  leave(session: McpSession): void {
    if (this.open.get(session.id) !== session) return;
    this.forget(session);
    session.leave(() => sessionEnded('moved'), randomRetryMs());
    this.events.next({ type: 'closed', session, reason: 'moved', orphaned: 0 });
  }

  /** Closes every session and opens no more. In a cluster, other nodes adopt them. */
  async shutdown(): Promise<void> {
    this.isShutDown = true;
    clearInterval(this.sweeper);
    const sessions = [...this.open.values()];
    for (const session of sessions) if (!session.journal) this.close(session.id, 'shutdown');
    if (!this.sharing) return;
    await Promise.all(sessions.map((session) => session.journal && this.handOver(session, true)));
    await this.sharing.stop();
  }

  /** @returns whether there was such a session */
  close(id: string, reason: SessionCloseReason): boolean {
    const session = this.open.get(id);
    if (!session) return false;
    const orphaned = session.attached ? 0 : session.inFlight + session.outlet.unread;
    this.forget(session);
    const error = () => sessionEnded(reason);
    if (reason === 'slow-client' || reason === 'memory') session.drop(error);
    else session.end(error, reason === 'shutdown');
    void session.journal?.remove();
    this.events.next({ type: 'closed', session, reason, orphaned });
    return true;
  }

  /** @returns the number of sessions closed */
  closeWhere(where: McpSessionSelector, reason: SessionCloseReason): number {
    const selected = this.open.select(where);
    for (const { id } of selected) this.close(id, reason);
    return selected.length;
  }

  private add(
    id: string,
    origin: SessionOrigin,
    outletOf: OutletFactory<SessionOutlet> = this.outlets.get(origin.transport)!,
    adopted?: AdoptedSession,
  ): McpSession {
    const sharing = origin.isLocal ? undefined : this.sharing;
    const debtor = new SessionDebtor(this);
    const memory = this.memory.open(principalKey(origin.principal), debtor);
    const journal = sharing?.journal(id, memory, adopted);
    const outlet = outletOf(id, memory, journal);
    const session = (debtor.session = new McpSession(id, origin, this, { outlet, memory, journal }));
    this.open.set(id, session);
    this.sweeper ??= setInterval(() => this.sweep(), this.deadlines.sweepMs).unref();
    sharing?.own(session, adopted);
    return session;
  }

  /** Frees what a session keeps for a replay, as long as other sessions need the memory. */
  trim(session: McpSession): void {
    const { outlet, memory } = session;
    const { bytes } = memory;
    outlet.trim();
    if (this.open.has(session.id) && memory.bytes < bytes) this.events.next({ type: 'trimmed', session });
  }

  private forget(session: McpSession): void {
    this.open.delete(session.id);
    this.sharing?.disown(session.id);
    this.quota.release(session.principal);
  }
}

/** Releases the memory of a session. */
class SessionDebtor implements Debtor {
  session!: McpSession;

  constructor(private readonly sessions: LocalSessions) {}

  trim(): void {
    this.sessions.trim(this.session);
  }

  cut(): void {
    const { id, outlet } = this.session;
    // The client of a session that has ended may still be reading what waits.
    if (!this.sessions.close(id, 'memory')) outlet.destroy();
  }
}
