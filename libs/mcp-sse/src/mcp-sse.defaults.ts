import { getHeapStatistics } from 'node:v8';
import { TOOLSETS_PARAMETER } from './execution/picked-toolsets.js';
import { isProtected } from './model/protection.js';
import type { McpSseModuleOptions } from './model/mcp-sse.options.js';
import type { McpJwtOptions } from './model/mcp-jwt.options.js';
import type {
  ResolvedIntrospection,
  ResolvedJwt,
  ResolvedOAuth,
  ResolvedOptions,
} from './model/resolved-options.js';

const KIB = 1024;
const MIB = 1024 * KIB;

const AUTHORIZATION_SERVER_TIMEOUT_MS = 5_000;
/** The algorithms that public keys of a key set can verify. */
const ASYMMETRIC: ResolvedJwt['algorithms'] = [
  ...(['RS256', 'RS384', 'RS512'] as const),
  ...(['PS256', 'PS384', 'PS512'] as const),
  ...(['ES256', 'ES384', 'ES512'] as const),
];

/** Headers that are always stored. None of them authenticates anyone. */
const STORED_HEADERS = [
  ...['accept', 'accept-language', 'user-agent'],
  ...['mcp-protocol-version', 'traceparent', 'tracestate', 'x-request-id'],
];
/** The claims that `principalOfUser` reads. */
const STORED_CLAIMS = [
  ...['sub', 'id', 'userId', 'username', 'iss', 'exp'],
  ...['scope', 'scopes', 'scp', 'roles', 'role'],
];

/** Levels of nesting that a message may have besides those of its arguments. */
const ENVELOPE_DEPTH = 32;
const MAX_ARGUMENT_DEPTH = 32;

/** The one place where options get their defaults. */
export function resolveOptions(options: McpSseModuleOptions): ResolvedOptions {
  const { auth, guards = [] } = options;
  return {
    ...options,
    guards,
    audit: options.audit ?? (isProtected({ auth, guards }) && 'log'),
    auth: resolveAuth(auth),
    oauth: resolveOAuth(options),
    toolSearch: options.toolSearch && {
      above: 40,
      pinned: [],
      maxResults: 5,
      maxBytes: 32 * KIB,
      ...defined(options.toolSearch),
    },
    tenantClaim: options.tenantClaim ?? 'tenant',
    trustedProxies: options.trustedProxies ?? [],
    cache: { ttlMs: 0, scope: 'private', ...defined(options.cache) },
    protocol: { modern: true, legacy: true, ...defined(options.protocol) },
    sse: {
      path: 'sse',
      messagesPath: 'messages',
      endpointQuery: [],
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
    input: {
      ttlMs: 600_000,
      maxStateBytes: 32 * KIB,
      maxRounds: 64,
      singleUse: false,
      ...defined(options.input),
    },
    tasks: {
      ttlMs: 60 * 60_000,
      pollIntervalMs: 1_000,
      maxPerPrincipal: 200,
      maxBytes: MIB,
      ...defined(options.tasks),
    },
    routes: { forward: [], ...defined(options.routes) },
    stored: {
      headers: [...STORED_HEADERS, ...(options.stored?.headers ?? []).map((name) => name.toLowerCase())],
      query: [TOOLSETS_PARAMETER, ...(options.sse?.endpointQuery ?? []), ...(options.stored?.query ?? [])],
      claims: [...STORED_CLAIMS, options.tenantClaim ?? 'tenant', ...(options.stored?.claims ?? [])],
    },
    drain: {
      propagationMs: process.env['NODE_ENV'] === 'production' ? 5_000 : 0,
      deadlineMs: 15_000,
      ...defined(options.drain),
    },
    results: { ttlMs: 600_000, maxBytesPerPrincipal: 16 * MIB, ...defined(options.results) },
    limits: {
      maxSessions: 10_000,
      maxSessionsPerPrincipal: 1_000,
      maxBytes: Math.floor(getHeapStatistics().heap_size_limit / 4),
      maxMessageBytes: 4 * MIB,
      bodyMs: 30_000,
      maxMessageDepth: (options.limits?.maxArgumentDepth ?? MAX_ARGUMENT_DEPTH) + ENVELOPE_DEPTH,
      maxArgumentDepth: MAX_ARGUMENT_DEPTH,
      maxArgumentMembers: 20_000,
      maxStringLength: MIB,
      maxResultBytes: 512 * KIB,
      maxReadBytes: 6 * MIB,
      maxInFlight: 256,
      maxInFlightPerPrincipal: 1_000,
      maxSubscriptions: 1_000,
      pageSize: 1_000,
      clientRequestMs: 300_000,
      handlerMs: false,
      initMs: 30_000,
      idleMs: false,
      ...defined(options.limits),
    },
  };
}

/** Keeps only the methods that the options name: the guard applies those that are present. */
function resolveAuth(auth: McpSseModuleOptions['auth']): ResolvedOptions['auth'] {
  if (typeof auth !== 'object') return auth;
  return {
    ...('jwt' in auth && { jwt: resolveJwt(auth.jwt) }),
    ...('introspection' in auth && {
      introspection: {
        cacheMs: 30_000,
        timeoutMs: AUTHORIZATION_SERVER_TIMEOUT_MS,
        ...defined(auth.introspection),
      } as ResolvedIntrospection,
    }),
    ...('apiKey' in auth && { apiKey: { header: 'x-api-key', ...defined(auth.apiKey) } }),
  };
}

/** What `auth.jwt` means, also where it is given to passport. */
export function resolveJwt(jwt: McpJwtOptions): ResolvedJwt {
  return {
    algorithms: jwt.jwksUri === undefined ? ['HS256'] : ASYMMETRIC,
    jwksMaxAgeMs: 600_000,
    jwksTimeoutMs: AUTHORIZATION_SERVER_TIMEOUT_MS,
    clockToleranceSeconds: 0,
    requireExpiry: true,
    ...defined(jwt),
  };
}

/** An issuer whose keys are fetched is an authorization server: clients find it at the URL that names it. */
function resolveOAuth({ auth, oauth, title, name }: McpSseModuleOptions): ResolvedOAuth | undefined {
  const jwt = typeof auth === 'object' && 'jwt' in auth ? auth.jwt : undefined;
  const issuers = jwt?.jwksUri === undefined ? [] : [jwt.issuer ?? []].flat();
  const authorizationServers = issuers.filter((issuer) => /^https?:\/\//i.test(issuer));
  if (!oauth && authorizationServers.length === 0) return undefined;
  return {
    authorizationServers,
    scopes: [],
    scopeHierarchy: {},
    resourceName: title ?? name,
    ...defined(oauth),
  };
}

/** Drops undefined members, so that an option set to undefined gets its default. */
function defined<T extends object>(options: T | undefined): Partial<T> {
  const set = Object.entries(options ?? {}).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set) as Partial<T>;
}
