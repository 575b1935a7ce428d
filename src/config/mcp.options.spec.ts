import { describe, expect, it } from '@jest/globals';
import { ANONYMOUS } from 'nestjs-mcp-sse';
import { McpThrottlerGuard } from 'nestjs-mcp-sse/throttler';
import { mcpOptions } from './mcp.options.js';
import { validateEnvironment } from './validate-environment.js';

const SECRET = 's'.repeat(32);
const KEY = 'k'.repeat(16);

describe('mcpOptions', () => {
  it('asks for no authentication by default', () => {
    expect(optionsOf({}).auth).toBeUndefined();
  });

  it('limits rates by default', () => {
    expect(optionsOf({})).toMatchObject({
      guards: [McpThrottlerGuard],
      authenticationLimit: expect.any(Function),
    });
    const unlimited = optionsOf({ MCP_RATE_LIMIT_REQUESTS: '0', MCP_RATE_LIMIT_FAILURES: '0' });
    expect(unlimited.guards).toEqual([]);
    expect(unlimited.authenticationLimit).toBeUndefined();
  });

  it('passes on the settings for tokens', () => {
    const options = optionsOf({
      MCP_AUTH: 'jwt',
      MCP_JWT_SECRET: SECRET,
      MCP_JWT_ISSUER: 'https://id.example',
    });
    expect(options.auth).toEqual({
      jwt: { secretOrKey: SECRET, issuer: 'https://id.example', clockToleranceSeconds: 0 },
    });
    expect(options.oauth).toBeUndefined();
  });

  it('passes on the key set and the authorization servers', () => {
    const options = optionsOf({
      MCP_AUTH: 'jwt',
      MCP_JWKS_URI: 'https://id.example/jwks',
      MCP_JWT_ALGORITHMS: 'RS256',
      MCP_JWT_AUDIENCE: 'orders,https://mcp.example/mcp',
      MCP_JWT_TENANT_CLAIM: 'org',
      MCP_AUTHORIZATION_SERVERS: 'https://id.example',
      MCP_SCOPES_SUPPORTED: 'read,write',
    });
    expect(options.auth).toEqual({
      jwt: {
        jwksUri: 'https://id.example/jwks',
        algorithms: ['RS256'],
        audience: ['orders', 'https://mcp.example/mcp'],
        clockToleranceSeconds: 0,
      },
    });
    expect(options).toMatchObject({
      oauth: { authorizationServers: ['https://id.example'], scopesSupported: ['read', 'write'] },
      tenantClaim: 'org',
    });
  });

  it('passes on the introspection endpoint and credentials', () => {
    const options = optionsOf({
      MCP_AUTH: 'introspection',
      MCP_INTROSPECTION_URL: 'https://id.example/introspect',
      MCP_INTROSPECTION_CLIENT_ID: 'mcp',
      MCP_INTROSPECTION_CLIENT_SECRET: SECRET,
      MCP_INTROSPECTION_AUDIENCE: 'orders',
    });
    expect(options.auth).toEqual({
      introspection: {
        url: 'https://id.example/introspect',
        clientId: 'mcp',
        clientSecret: SECRET,
        audience: ['orders'],
      },
    });
  });

  it('gives the role editor to the named owners of keys, and to everyone without authentication', async () => {
    const options = optionsOf({
      MCP_AUTH: 'api-key',
      MCP_API_KEYS: `alice:${KEY}, bob:${KEY}2`,
      MCP_API_KEY_EDITORS: 'bob',
    });
    expect(options.auth).toMatchObject({
      apiKey: { keys: [{ name: 'alice' }, { name: 'bob', roles: ['editor'] }] },
    });
    expect(options.auth).not.toHaveProperty('apiKey.keys.0.roles');
    expect(options.principal).toBeUndefined();
    expect(await optionsOf({}).principal!({})).toEqual({ ...ANONYMOUS, roles: ['editor'] });
  });

  it('passes on the keys', () => {
    const options = optionsOf({ MCP_AUTH: 'api-key', MCP_API_KEYS: `alice:${KEY}` });
    expect(options.auth).toEqual({
      apiKey: { keys: [{ name: 'alice', key: KEY }], header: 'X-API-Key' },
    });
  });

  it('passes on the keys of calls that wait for their client, if there are any', () => {
    expect(optionsOf({ MCP_INPUT_KEYS: `${SECRET}, ${SECRET}2` }).input).toEqual({
      keys: [SECRET, `${SECRET}2`],
    });
    expect(optionsOf({}).input?.keys).toBeUndefined();
  });

  it('passes on paths and heartbeat', () => {
    const options = optionsOf({
      MCP_SSE_PATH: '/events',
      MCP_MESSAGES_PATH: '/post',
      MCP_HEARTBEAT_MS: '250',
    });
    expect(options.sse).toEqual({ path: '/events', messagesPath: '/post', heartbeatMs: 250 });
  });

  it.each(['0', 'false'])('sends no heartbeat with MCP_HEARTBEAT_MS=%s', (value) => {
    expect(optionsOf({ MCP_HEARTBEAT_MS: value }).sse?.heartbeatMs).toBe(false);
  });

  it('allows the origins of CORS to use the server', () => {
    const options = optionsOf({
      CORS_ORIGINS: 'https://a.example',
      MCP_ALLOWED_ORIGINS: 'https://b.example',
    });
    expect(options.allowedOrigins).toEqual(['https://b.example', 'https://a.example']);
  });
});

function optionsOf(variables: Record<string, string>) {
  return mcpOptions(validateEnvironment(variables));
}
