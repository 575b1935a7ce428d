import type { McpApiKeyOptions } from './mcp-api-key.options.js';
import type { McpInputOptions } from './mcp-input.options.js';
import type { McpIntrospectionOptions } from './mcp-introspection.options.js';
import type { McpJwtOptions } from './mcp-jwt.options.js';
import type { McpOAuthOptions } from './mcp-oauth.options.js';
import type { McpTasksOptions } from './mcp-tasks.options.js';
import type { McpToolSearchOptions } from './mcp-tool-search.options.js';
import type { McpSseModuleOptions } from './mcp-sse.options.js';

/** Injection token of the {@link ResolvedOptions}. */
export const MCP_OPTIONS = Symbol('nestjs-mcp-sse:options');

type HttpOptions = Exclude<McpSseModuleOptions['http'], false | undefined>;

type Defaulted<T, K extends keyof T> = Readonly<Omit<T, K> & Required<Pick<T, K>>>;

export type ResolvedJwt = Defaulted<
  McpJwtOptions,
  'algorithms' | 'jwksMaxAgeMs' | 'jwksTimeoutMs' | 'clockToleranceSeconds' | 'requireExpiry'
>;
export type ResolvedIntrospection = Readonly<Required<Omit<McpIntrospectionOptions, 'audience'>>> &
  Pick<McpIntrospectionOptions, 'audience'>;
export type ResolvedApiKey = Defaulted<McpApiKeyOptions, 'header'>;
export type ResolvedOAuth = Defaulted<
  McpOAuthOptions,
  'authorizationServers' | 'scopes' | 'scopeHierarchy' | 'resourceName'
>;

export type ResolvedToolSearch = Readonly<Required<McpToolSearchOptions>>;

/** Exactly one of these is set. */
export interface ResolvedAuth {
  readonly jwt?: ResolvedJwt;
  readonly introspection?: ResolvedIntrospection;
  readonly apiKey?: ResolvedApiKey;
}

/** The options with every default in place. */
export interface ResolvedOptions extends Omit<McpSseModuleOptions, 'auth' | 'oauth' | 'toolSearch'> {
  readonly auth?: 'app' | ResolvedAuth;
  readonly oauth?: ResolvedOAuth;
  readonly toolSearch?: ResolvedToolSearch;
  readonly tenantClaim: string;
  readonly cache: Readonly<Required<NonNullable<McpSseModuleOptions['cache']>>>;
  readonly protocol: Readonly<Required<NonNullable<McpSseModuleOptions['protocol']>>>;
  readonly sse: Readonly<Required<NonNullable<McpSseModuleOptions['sse']>>>;
  readonly http: false | Required<HttpOptions>;
  readonly replay: Readonly<Required<NonNullable<McpSseModuleOptions['replay']>>>;
  readonly input: Defaulted<McpInputOptions, 'ttlMs' | 'maxStateBytes' | 'maxRounds' | 'singleUse'>;
  readonly tasks: Defaulted<McpTasksOptions, 'ttlMs' | 'pollIntervalMs' | 'maxPerPrincipal' | 'maxBytes'>;
  readonly routes: Readonly<Required<NonNullable<McpSseModuleOptions['routes']>>>;
  readonly stored: Readonly<Required<NonNullable<McpSseModuleOptions['stored']>>>;
  readonly drain: Readonly<Required<NonNullable<McpSseModuleOptions['drain']>>>;
  readonly results: Readonly<Required<NonNullable<McpSseModuleOptions['results']>>>;
  readonly limits: Readonly<Required<NonNullable<McpSseModuleOptions['limits']>>>;
  readonly audit: NonNullable<McpSseModuleOptions['audit']>;
  readonly guards: NonNullable<McpSseModuleOptions['guards']>;
  readonly trustedProxies: NonNullable<McpSseModuleOptions['trustedProxies']>;
}
