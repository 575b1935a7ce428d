import type { SessionCloseReason } from '../model/session-view.js';
import type { McpSession } from './mcp-session.js';

/** All in milliseconds. */
export interface SessionTimes {
  /** From the opening of a session to its first message. */
  readonly initMs: number;
  /** Without a message or a request in flight; `false` is no limit. */
  readonly idleMs: number | false;
  /** The shortest grace of any transport; see `SessionOrigin.graceMs`. */
  readonly shortestGraceMs: number;
}

/** Decides which sessions have expired. */
export class SessionDeadlines {
  constructor(private readonly times: SessionTimes) {}

  /** Interval of the checks, in milliseconds: no deadline is missed by more than a quarter of it, or by a second. */
  get sweepMs(): number {
    const { initMs, idleMs, shortestGraceMs } = this.times;
    const shortest = Math.min(initMs, shortestGraceMs, idleMs === false ? Infinity : idleMs);
    return Math.min(1_000, Math.max(10, shortest / 4));
  }

  /** @returns undefined for a session that has not expired */
  exceeded(session: McpSession, now: number): SessionCloseReason | undefined {
    const { initMs, idleMs } = this.times;
    const inactiveMs = now - session.lastActivityAt;
    if (inactiveMs >= session.graceMs && !session.attached) return 'grace-expired';
    if (!session.isUsed && now - session.createdAt >= initMs) return 'init-timeout';
    const isIdle = session.inFlight === 0 && idleMs !== false && inactiveMs >= idleMs;
    return isIdle ? 'idle-timeout' : undefined;
  }
}
