import type { McpSseModuleOptions } from 'nestjs-mcp-sse';
import { UserGuard } from './user.guard.js';

/** Room for a load of 10,000 sessions of one user, besides those that are just ending. */
const SESSIONS = 20_000;

/**
 * Options at their defaults but for what the load is: many sessions of one user, and many that end. Without a short
 * grace period what is kept of a session that has ended would be that of one that may come back.
 */
export const BENCH_OPTIONS: McpSseModuleOptions = {
  name: 'nestjs-mcp-sse-bench',
  version: '1.0.0',
  guards: [UserGuard],
  limits: { maxSessions: SESSIONS, maxSessionsPerPrincipal: SESSIONS },
  sse: { graceMs: 200 },
};
