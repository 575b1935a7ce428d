import { McpConfigurationError } from './model/errors/mcp-configuration.error.js';
import type { McpApiKeyOptions } from './model/mcp-api-key.options.js';
import type { McpInputOptions } from './model/mcp-input.options.js';
import type { McpIntrospectionOptions } from './model/mcp-introspection.options.js';
import type { McpJwtOptions } from './model/mcp-jwt.options.js';
import type { McpTasksOptions } from './model/mcp-tasks.options.js';
import type { McpOAuthOptions } from './model/mcp-oauth.options.js';
import type { McpSseModuleOptions } from './model/mcp-sse.options.js';
import type { McpToolSearchOptions } from './model/mcp-tool-search.options.js';
import { nearest } from './model/nearest.js';

/** An option that is a list. */
const LIST = 'list';
/** The members of a group of options: a group of its own, a list, or any other value. */
type Known = Readonly<Record<string, unknown>>;
type KeysOf<T> = T extends object ? keyof T : never;

/** The compiler finds a member that is missing here. */
function members<T>(known: Readonly<Record<KeysOf<T>, true | typeof LIST | Known>>): Known {
  return known;
}

type Options = McpSseModuleOptions;

const KNOWN = members<Options>({
  name: true,
  version: true,
  title: true,
  websiteUrl: true,
  icons: LIST,
  instructions: true,
  protocol: members<Options['protocol']>({ modern: true, legacy: true }),
  cache: members<Options['cache']>({ ttlMs: true, scope: true }),
  toolSearch: members<McpToolSearchOptions>({ above: true, pinned: true, maxResults: true, maxBytes: true }),
  modules: LIST,
  sse: members<Options['sse']>({
    path: true,
    messagesPath: true,
    endpointQuery: LIST,
    heartbeatMs: true,
    graceMs: true,
    maxQueuedBytes: true,
  }),
  http: members<Options['http']>({
    path: true,
    upgradeMs: true,
    retryMs: true,
    stateless: true,
    graceMs: true,
  }),
  replay: members<Options['replay']>({ maxEvents: true, maxBytes: true }),
  drain: members<Options['drain']>({ propagationMs: true, deadlineMs: true }),
  cluster: true,
  stored: members<Options['stored']>({ headers: LIST, query: LIST, claims: LIST }),
  input: members<McpInputOptions>({
    keys: LIST,
    ttlMs: true,
    maxStateBytes: true,
    maxRounds: true,
    singleUse: true,
  }),
  tasks: members<McpTasksOptions>({
    store: true,
    runner: true,
    ttlMs: true,
    pollIntervalMs: true,
    maxPerPrincipal: true,
    maxBytes: true,
  }),
  publicUrl: true,
  trustedProxies: LIST,
  allowedHosts: LIST,
  allowedOrigins: LIST,
  auth: {
    jwt: members<McpJwtOptions>({
      secretOrKey: true,
      jwksUri: true,
      jwksMaxAgeMs: true,
      jwksTimeoutMs: true,
      algorithms: LIST,
      issuer: true,
      audience: true,
      requireExpiry: true,
      maxLifetimeSeconds: true,
      clockToleranceSeconds: true,
    }),
    introspection: members<McpIntrospectionOptions>({
      url: true,
      clientId: true,
      clientSecret: true,
      audience: true,
      cacheMs: true,
      timeoutMs: true,
    }),
    apiKey: members<McpApiKeyOptions>({ keys: LIST, provider: true, header: true }),
  },
  oauth: members<McpOAuthOptions>({
    authorizationServers: LIST,
    scopesSupported: LIST,
    scopes: LIST,
    scopeHierarchy: true,
    resourceName: true,
  }),
  guards: LIST,
  decorators: LIST,
  authenticationLimit: true,
  principal: true,
  policy: true,
  toolsets: true,
  tenantClaim: true,
  contextFactory: true,
  routes: members<Options['routes']>({ forward: LIST }),
  audit: true,
  results: members<Options['results']>({ ttlMs: true, maxBytesPerPrincipal: true }),
  limits: members<Options['limits']>({
    maxSessions: true,
    maxSessionsPerPrincipal: true,
    maxBytes: true,
    maxMessageBytes: true,
    bodyMs: true,
    maxMessageDepth: true,
    maxArgumentDepth: true,
    maxArgumentMembers: true,
    maxStringLength: true,
    maxResultBytes: true,
    maxReadBytes: true,
    maxInFlight: true,
    maxInFlightPerPrincipal: true,
    maxSubscriptions: true,
    pageSize: true,
    clientRequestMs: true,
    handlerMs: true,
    initMs: true,
    idleMs: true,
  }),
});

const ALL_NAMES = namesOf(KNOWN, '');

/**
 * Finds what the compiler does not find where options come from a factory or a configuration.
 *
 * @throws {McpConfigurationError} when an option is unknown, is no list and has to be one, or there is no name or version
 */
export function assertKnownOptions(options: unknown): void {
  if (isGroup(options)) assertMembers(options, KNOWN, '');
  const { name, version } = (options ?? {}) as Record<string, unknown>;
  for (const [option, value] of Object.entries({ name, version }))
    if (typeof value !== 'string' || value === '')
      throw new McpConfigurationError(
        `McpSseModule needs a "${option}", which clients see: ` +
          `McpSseModule.forRoot({ name: 'orders', version: '1.0.0' }).`,
      );
}

function assertMembers(given: Known, known: Known, prefix: string): void {
  for (const [member, value] of Object.entries(given)) {
    if (!Object.hasOwn(known, member)) throw unknownOption(member, known, prefix);
    const group = known[member];
    if (group === LIST && !Array.isArray(value ?? []))
      // Without the value, which may be a secret.
      throw new McpConfigurationError(
        `"${prefix}${member}" must be an array, but its type is ${typeof value}.`,
      );
    if (isGroup(group) && isGroup(value)) assertMembers(value, group, `${prefix}${member}.`);
  }
}

/** Suggests an option of the same group, else one of any group. */
function unknownOption(member: string, known: Known, prefix: string): McpConfigurationError {
  const siblings = Object.keys(known).map((name) => `${prefix}${name}`);
  const near = nearest(member, siblings, lastPart);
  const suggested = near.length > 0 ? near : nearest(member, ALL_NAMES, lastPart);
  return new McpConfigurationError(
    `McpSseModule has no option "${prefix}${member}". ` +
      (suggested.length > 0
        ? `Did you mean ${quoted(suggested).join(' or ')}?`
        : `The options there are ${quoted(siblings).join(', ')}.`),
  );
}

function namesOf(known: Known, prefix: string): string[] {
  return Object.entries(known).flatMap(([member, group]) => [
    `${prefix}${member}`,
    ...(isGroup(group) ? namesOf(group, `${prefix}${member}.`) : []),
  ]);
}

function isGroup(value: unknown): value is Known {
  return typeof value === 'object' && value !== null;
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

function quoted(names: readonly string[]): string[] {
  return names.map((name) => `"${name}"`);
}
