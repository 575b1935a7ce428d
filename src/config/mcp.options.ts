import { ANONYMOUS, type McpApiKey, type McpSseModuleOptions } from 'nestjs-mcp-sse';
import { redisCluster } from 'nestjs-mcp-sse/redis';
import { failureLimit, McpThrottlerGuard } from 'nestjs-mcp-sse/throttler';
import { EDITOR } from '../common/roles.js';
import type { Environment } from './environment.js';
import { MINUTE_MS } from './rate-limits.js';
import { SERVER_INFO } from './server-info.js';

/** The user of a server without authentication, which serves only this machine. */
const DEVELOPER = { ...ANONYMOUS, roles: [EDITOR] };

/** The options of the MCP server, from the environment. */
export function mcpOptions(environment: Environment): McpSseModuleOptions {
  return {
    ...SERVER_INFO,
    title: 'nestjs-mcp-sse example',
    instructions:
      'Read metrics://current for the state of the server, and watch it with monitor_system. documents://current lists ' +
      'the shared documents. Read docs://{id} before you edit a document, because an edit names the version it changes.',
    sse: {
      path: environment.MCP_SSE_PATH,
      messagesPath: environment.MCP_MESSAGES_PATH,
      heartbeatMs: environment.MCP_HEARTBEAT_MS || false,
    },
    http: { path: environment.MCP_HTTP_PATH },
    drain: {
      propagationMs: environment.MCP_DRAIN_PROPAGATION_MS,
      deadlineMs: environment.MCP_DRAIN_DEADLINE_MS,
    },
    publicUrl: environment.MCP_PUBLIC_URL,
    trustedProxies: environment.MCP_TRUSTED_PROXIES,
    allowedHosts: environment.MCP_ALLOWED_HOSTS,
    // Pages that CORS lets read responses may also use the server.
    allowedOrigins: [...environment.MCP_ALLOWED_ORIGINS, ...environment.CORS_ORIGINS],
    auth: authentication(environment),
    guards: environment.MCP_RATE_LIMIT_REQUESTS > 0 ? [McpThrottlerGuard] : [],
    authenticationLimit: limitOfFailures(environment),
    principal: environment.MCP_AUTH === 'none' ? () => DEVELOPER : undefined,
    oauth: authorizationServers(environment),
    tenantClaim: environment.MCP_JWT_TENANT_CLAIM,
    input: { keys: orDefault(environment.MCP_INPUT_KEYS) },
    cluster:
      environment.MCP_REDIS_URL === undefined ? undefined : redisCluster({ url: environment.MCP_REDIS_URL }),
  };
}

function authentication(environment: Environment): McpSseModuleOptions['auth'] {
  switch (environment.MCP_AUTH) {
    case 'none':
      return undefined;
    case 'jwt':
      return {
        jwt: {
          secretOrKey: environment.MCP_JWT_SECRET,
          jwksUri: environment.MCP_JWKS_URI,
          algorithms: orDefault(environment.MCP_JWT_ALGORITHMS),
          issuer: environment.MCP_JWT_ISSUER,
          audience: orDefault(environment.MCP_JWT_AUDIENCE),
          clockToleranceSeconds: environment.MCP_JWT_CLOCK_TOLERANCE_SECONDS,
        },
      };
    case 'introspection':
      return {
        introspection: {
          url: environment.MCP_INTROSPECTION_URL!,
          clientId: environment.MCP_INTROSPECTION_CLIENT_ID!,
          clientSecret: environment.MCP_INTROSPECTION_CLIENT_SECRET!,
          audience: orDefault(environment.MCP_INTROSPECTION_AUDIENCE),
        },
      };
    case 'api-key':
      return { apiKey: { keys: apiKeys(environment), header: environment.MCP_API_KEY_HEADER } };
  }
}

function limitOfFailures({
  MCP_RATE_LIMIT_FAILURES: limit,
}: Environment): McpSseModuleOptions['authenticationLimit'] {
  return limit > 0 ? failureLimit({ limit, ttl: MINUTE_MS }) : undefined;
}

function apiKeys({ MCP_API_KEYS, MCP_API_KEY_EDITORS }: Environment): McpApiKey[] {
  return MCP_API_KEYS.map((key) =>
    MCP_API_KEY_EDITORS.includes(key.name) ? { ...key, roles: [EDITOR] } : key,
  );
}

/** If undefined, the library names `MCP_JWT_ISSUER`, provided that its keys are fetched. */
function authorizationServers({
  MCP_AUTHORIZATION_SERVERS,
  MCP_SCOPES_SUPPORTED,
}: Environment): McpSseModuleOptions['oauth'] {
  if (MCP_AUTHORIZATION_SERVERS.length === 0 && MCP_SCOPES_SUPPORTED.length === 0) return undefined;
  return {
    authorizationServers: orDefault(MCP_AUTHORIZATION_SERVERS),
    scopesSupported: orDefault(MCP_SCOPES_SUPPORTED),
  };
}

/** An empty list means the library's default. */
function orDefault<T>(list: T[]): T[] | undefined {
  return list.length > 0 ? list : undefined;
}
