/** How the session service treats sessions. Times in milliseconds. */
export interface SessionSettings {
  readonly maxSessions: number;
  readonly maxSessionsPerPrincipal: number;
  readonly initMs: number;
  readonly idleMs: number | false;
  readonly graceMs: number;
}
