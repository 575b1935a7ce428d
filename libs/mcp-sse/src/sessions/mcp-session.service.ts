import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import { Subject, type Observable } from 'rxjs';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';
import { ANONYMOUS, principalKey, type McpPrincipal } from '../model/principal.js';
import type { McpSessionView, SessionCloseReason } from '../model/session-view.js';
import type { ConnectionOutlet, McpConnection } from '../protocol/mcp-connection.js';
import { SessionLimitError } from './errors/session-limit.error.js';
import { McpSession, type SessionOrigin } from './mcp-session.js';
import type { McpSessionEvent } from './session-event.js';
import { sessionMatcher, type McpSessionSelector } from './session-filter.js';
import type { SessionOutlet } from './session-outlet.js';
import type { SessionSettings } from './session-settings.js';

/** Makes the connection of a new session. */
export type Connect = (session: McpSessionView, outlet: ConnectionOutlet) => McpConnection;

const ANONYMOUS_KEY = principalKey(ANONYMOUS);
/** Where nothing is said of tenants, none is reached: what is meant for one must not be seen by another. */
const WITHOUT_TENANT: McpSessionSelector = ({ principal }) => principal.tenant === undefined;

/** The sessions of this node: who is connected, and a way to speak to them. */
export class McpSessionService {
  private readonly openSessions = new Map<string, McpSession>();
  private readonly perPrincipal = new Map<string, number>();
  private readonly events = new Subject<McpSessionEvent>();
  private sweeper?: NodeJS.Timeout;
  private shutDown = false;
  private isDraining = false;

  constructor(
    private readonly settings: SessionSettings,
    private readonly connect: Connect,
  ) {}

  /** Sessions being opened, expiring, and closed with the reason. */
  get events$(): Observable<McpSessionEvent> {
    return this.events.asObservable();
  }

  /** Whether the node is being taken out of service: it is not ready for new clients. */
  get draining(): boolean {
    return this.isDraining;
  }

  /** Every session that is open. */
  get sessions(): readonly McpSessionView[] {
    return [...this.openSessions.values()];
  }

  get(id: string): McpSessionView | undefined {
    return this.openSessions.get(id);
  }

  /**
   * Sends a notification to one session.
   *
   * @returns whether there is such a session
   * @throws {TypeError} when the parameters have no JSON
   */
  notify(sessionId: string, method: string, params?: Record<string, unknown>): boolean {
    const session = this.openSessions.get(sessionId);
    session?.notify(method, params);
    return session !== undefined;
  }

  /**
   * Sends a notification to the sessions that `where` selects, such as `{ tenant: 'acme' }`; `{}` is all of them.
   * Unless given, it is those whose principal has no tenant, so that nothing crosses tenants by oversight.
   *
   * @returns how many there were
   * @throws {TypeError} when the parameters have no JSON
   */
  broadcast(
    method: string,
    params?: Record<string, unknown>,
    where: McpSessionSelector = WITHOUT_TENANT,
  ): number {
    const receivers = [...this.openSessions.values()].filter(sessionMatcher(where));
    for (const session of receivers) session.notify(method, params);
    return receivers.length;
  }

  /**
   * Tells the clients that have subscribed to a resource that it has changed (`notifications/resources/updated`).
   * Live resources, whose handlers return an Observable, do so by themselves.
   *
   * @param where as in {@link broadcast}: the same URI may be another resource to another tenant
   */
  resourceUpdated(uri: string, where: McpSessionSelector = WITHOUT_TENANT): void {
    const isMeant = sessionMatcher(where);
    for (const session of this.openSessions.values()) if (isMeant(session)) session.resourceUpdated(uri);
  }

  /**
   * Ends a session and its stream. What is in flight is aborted and answered with an error.
   *
   * @returns whether there was such a session
   */
  close(id: string, reason: SessionCloseReason = 'server'): boolean {
    const session = this.openSessions.get(id);
    if (!session) return false;
    const orphaned = session.attached ? 0 : session.orphaned;
    this.openSessions.delete(id);
    this.release(session.principal);
    const error = new JsonRpcError(ErrorCode.ConnectionClosed, `The session ended: ${reason}`);
    if (reason === 'slow-client') session.drop(error);
    else session.end(error, reason === 'shutdown');
    this.events.next({ type: 'closed', session, reason, orphaned });
    return true;
  }

  /**
   * Ends the sessions that are selected, such as all those of a principal whose access is revoked: a principal
   * is a selector too.
   *
   * @returns how many there were
   */
  closeWhere(where: McpSessionSelector, reason: SessionCloseReason = 'revoked'): number {
    const selected = [...this.openSessions.values()].filter(sessionMatcher(where));
    for (const { id } of selected) this.close(id, reason);
    return selected.length;
  }

  /**
   * @internal
   * @param outletOf makes the way out, given the id of the session
   * @throws {SessionLimitError}
   */
  open(origin: SessionOrigin, outletOf: (sessionId: string) => SessionOutlet): McpSession {
    this.admit(origin.principal);
    const id = randomBytes(16).toString('base64url');
    const session: McpSession = new McpSession(
      id,
      origin,
      outletOf(id),
      this.connect,
      () => this.close(id, 'slow-client'),
      () => this.events.next({ type: 'expired', session }),
    );
    this.openSessions.set(id, session);
    this.sweeper ??= setInterval(() => this.sweep(), this.sweepMs()).unref();
    this.events.next({ type: 'opened', session });
    return session;
  }

  /** @internal The session, if it is the principal's: someone else's is as good as none. */
  find(id: string, principal: McpPrincipal): McpSession | undefined {
    const session = this.openSessions.get(id);
    if (!session || principalKey(session.principal) !== principalKey(principal)) return undefined;
    session.renew(principal);
    return session;
  }

  /** @internal The client is gone: a session that was never used has nothing to come back for. */
  detached(id: string): void {
    const session = this.openSessions.get(id);
    session?.touch();
    if (session && !session.used) this.close(id, 'client-disconnected');
  }

  /** @internal The client was disconnected because it did not read. */
  cut(session: McpSession): void {
    this.events.next({ type: 'cut', session });
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
      const reason = this.expired(session, now);
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

  /** @internal Closes every session and opens no more. */
  shutdown(): void {
    this.shutDown = this.isDraining = true;
    for (const id of [...this.openSessions.keys()]) this.close(id, 'shutdown');
    clearInterval(this.sweeper);
  }

  private expired(session: McpSession, now: number): SessionCloseReason | undefined {
    const { initMs, idleMs } = this.settings;
    const inactiveMs = now - session.lastActivityAt;
    if (!session.attached && inactiveMs >= session.graceMs) return 'grace-expired';
    if (!session.used && now - session.createdAt >= initMs) return 'init-timeout';
    const idle = session.inFlight === 0 && idleMs !== false && inactiveMs >= idleMs;
    return idle ? 'idle-timeout' : undefined;
  }

  /** Often enough that no deadline is missed by more than a quarter of it, or by a second. */
  private sweepMs(): number {
    const { initMs, idleMs, shortestGraceMs } = this.settings;
    const shortest = Math.min(initMs, shortestGraceMs, idleMs === false ? Infinity : idleMs);
    return Math.min(1_000, Math.max(10, shortest / 4));
  }

  private admit(principal: McpPrincipal): void {
    const { maxSessions, maxSessionsPerPrincipal } = this.settings;
    if (this.shutDown) throw new SessionLimitError('The server is shutting down; try again later.');
    if (this.openSessions.size >= maxSessions)
      throw new SessionLimitError(`The server has ${maxSessions} sessions open; try again later.`);
    const key = principalKey(principal);
    const own = this.perPrincipal.get(key) ?? 0;
    if (own >= maxSessionsPerPrincipal && key !== ANONYMOUS_KEY)
      throw new SessionLimitError(`You have ${own} sessions open; close one of them or try again later.`);
    this.perPrincipal.set(key, own + 1);
  }

  private release(principal: McpPrincipal): void {
    const key = principalKey(principal);
    const left = this.perPrincipal.get(key)! - 1;
    if (left > 0) this.perPrincipal.set(key, left);
    else this.perPrincipal.delete(key);
  }
}
