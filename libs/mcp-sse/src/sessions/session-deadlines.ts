import type { SessionCloseReason } from '../model/session-view.js';
import type { McpSession } from './mcp-session.js';
import type { SessionSettings } from './session-settings.js';

/** How long sessions live. */
export class SessionDeadlines {
  constructor(private readonly settings: Pick<SessionSettings, 'initMs' | 'idleMs' | 'shortestGraceMs'>) {}

  /** Often enough to look that no deadline is missed by more than a quarter of it, or by a second. Milliseconds. */
  get sweepMs(): number {
    const { initMs, idleMs, shortestGraceMs } = this.settings;
    const shortest = Math.min(initMs, shortestGraceMs, idleMs === false ? Infinity : idleMs);
    return Math.min(1_000, Math.max(10, shortest / 4));
  }

  /** Why a session is to end, if it is. */
  exceeded(session: McpSession, now: number): SessionCloseReason | undefined {
    const { initMs, idleMs } = this.settings;
    const inactiveMs = now - session.lastActivityAt;
    if (inactiveMs >= session.graceMs && !session.attached) return 'grace-expired';
    if (!session.used && now - session.createdAt >= initMs) return 'init-timeout';
    const idle = session.inFlight === 0 && idleMs !== false && inactiveMs >= idleMs;
    return idle ? 'idle-timeout' : undefined;
  }
}
