/** How the session service treats sessions. Times in milliseconds. */
export interface SessionSettings {
  readonly maxSessions: number;
  readonly maxSessionsPerPrincipal: number;
  /** What all sessions may hold together. */
  readonly maxBytes: number;
  readonly initMs: number;
  readonly idleMs: number | false;
  /** The least that any transport grants to a session that nobody is attached to. */
  readonly shortestGraceMs: number;
}
