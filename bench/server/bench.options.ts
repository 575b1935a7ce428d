import type { McpSseModuleOptions } from 'nestjs-mcp-sse';
import { UserGuard } from './user.guard.js';

/** Room for 10,000 sessions of one user, plus sessions that are just ending. */
const SESSIONS = 20_000;

/** For the echo of a text of one MiB. */
const RESULT_BYTES = 2 * 1024 * 1024;

/**
 * The defaults, except for the load: many sessions of one user, many of which end. The grace period is short, so that
 * ended sessions are not kept for clients that may come back.
 */
export const BENCH_OPTIONS: McpSseModuleOptions = {
  name: 'nestjs-mcp-sse-bench',
  version: '1.0.0',
  guards: [UserGuard],
  limits: { maxSessions: SESSIONS, maxSessionsPerPrincipal: SESSIONS, maxResultBytes: RESULT_BYTES },
  sse: { graceMs: 200 },
};
