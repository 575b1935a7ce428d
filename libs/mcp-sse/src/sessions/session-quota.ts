import { ANONYMOUS_KEY, principalKey, type McpPrincipal } from '../model/principal.js';
import { SessionLimitError } from './session.errors.js';

export interface SessionLimits {
  readonly maxSessions: number;
  readonly maxSessionsPerPrincipal: number;
}

/** Counts sessions, or what is limited as they are, in all and of each principal. */
export class SessionQuota {
  private readonly perPrincipal = new Map<string, number>();
  private total = 0;

  /** @param kind what is counted, in the plural */
  constructor(
    private readonly limits: SessionLimits,
    private readonly kind = 'sessions',
  ) {}

  /** Counts a new session. @throws {SessionLimitError} */
  admit(principal: McpPrincipal): void {
    const { maxSessions, maxSessionsPerPrincipal } = this.limits;
    if (this.total >= maxSessions)
      throw new SessionLimitError(`The server has ${maxSessions} ${this.kind} open; try again later.`);
    const key = principalKey(principal);
    const own = this.perPrincipal.get(key) ?? 0;
    if (own >= maxSessionsPerPrincipal && key !== ANONYMOUS_KEY)
      throw new SessionLimitError(`You have ${own} ${this.kind} open; close one of them or try again later.`);
    this.count(principal);
  }

  /** Counts a session that was admitted by another node. */
  count(principal: McpPrincipal): void {
    const key = principalKey(principal);
    this.total++;
    this.perPrincipal.set(key, (this.perPrincipal.get(key) ?? 0) + 1);
  }

  release(principal: McpPrincipal): void {
    const key = principalKey(principal);
    const left = this.perPrincipal.get(key)! - 1;
    this.total--;
    if (left > 0) this.perPrincipal.set(key, left);
    else this.perPrincipal.delete(key);
  }
}
