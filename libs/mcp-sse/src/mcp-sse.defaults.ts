import { isProtected } from './auth/mcp-auth.guard.js';
import type { McpSseModuleOptions } from './model/mcp-sse.options.js';
import type { ResolvedOptions } from './model/resolved-options.js';

const KIB = 1024;
const MIB = 1024 * KIB;

/** The one place where options get their defaults. */
export function resolveOptions(options: McpSseModuleOptions): ResolvedOptions {
  const { auth, guards = [] } = options;
  return {
    ...options,
    guards,
    audit: options.audit ?? (isProtected({ auth, guards }) && 'log'),
    trustedProxies: options.trustedProxies ?? [],
    sse: {
      path: 'sse',
      messagesPath: 'messages',
      heartbeatMs: 15_000,
      graceMs: 60_000,
      maxQueuedBytes: 4 * MIB,
      ...defined(options.sse),
    },
    http: options.http !== false && {
      path: 'mcp',
      upgradeMs: 500,
      retryMs: 1_000,
      stateless: false,
      graceMs: 30 * 60_000,
      ...defined(options.http),
    },
    replay: { maxEvents: 10_000, maxBytes: 8 * MIB, ...defined(options.replay) },
    drain: {
      propagationMs: process.env['NODE_ENV'] === 'production' ? 5_000 : 0,
      deadlineMs: 15_000,
      ...defined(options.drain),
    },
    limits: {
      maxSessions: 10_000,
      maxSessionsPerPrincipal: 1_000,
      maxMessageBytes: 4 * MIB,
      bodyMs: 30_000,
      maxArgumentDepth: 32,
      maxStringLength: MIB,
      maxInFlight: 256,
      pageSize: 1_000,
      clientRequestMs: 300_000,
      handlerMs: false,
      initMs: 30_000,
      idleMs: false,
      ...defined(options.limits),
    },
  };
}

/** Without the members that are undefined, so that passing on an unset value means the default. */
function defined<T extends object>(options: T | undefined): Partial<T> {
  const set = Object.entries(options ?? {}).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set) as Partial<T>;
}
