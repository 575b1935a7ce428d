import { describe, expect, it } from '@jest/globals';
import { EnvironmentError, validateEnvironment } from './validate-environment.js';

const SECRET = 's'.repeat(32);
const KEY = 'k'.repeat(16);
const DIGEST = '0a'.repeat(32);

describe('validateEnvironment', () => {
  it('returns the defaults if nothing is set', () => {
    expect({ ...validateEnvironment({}) }).toEqual({
      PORT: 3000,
      HOST: '127.0.0.1',
      HTTP_ADAPTER: 'express',
      CORS_ORIGINS: [],
      MCP_AUTH: 'none',
      MCP_DRAIN_PROPAGATION_MS: 0,
      MCP_DRAIN_DEADLINE_MS: 15_000,
      MCP_JWT_ALGORITHMS: [],
      MCP_JWT_AUDIENCE: [],
      MCP_JWT_TENANT_CLAIM: 'tenant',
      MCP_JWT_CLOCK_TOLERANCE_SECONDS: 0,
      MCP_INTROSPECTION_AUDIENCE: [],
      MCP_AUTHORIZATION_SERVERS: [],
      MCP_SCOPES_SUPPORTED: [],
      MCP_API_KEYS: [],
      MCP_INPUT_KEYS: [],
      MCP_API_KEY_EDITORS: [],
      MCP_API_KEY_HEADER: 'X-API-Key',
      MCP_RATE_LIMIT_REQUESTS: 600,
      MCP_RATE_LIMIT_FAILURES: 20,
      MCP_SSE_PATH: '/sse',
      MCP_MESSAGES_PATH: '/messages',
      MCP_CONSOLE_ROLES: [],
      MCP_HTTP_PATH: '/mcp',
      MCP_HEARTBEAT_MS: 15_000,
      MCP_ALLOWED_HOSTS: [],
      MCP_ALLOWED_ORIGINS: [],
      MCP_TRUSTED_PROXIES: [],
      HN_API_URL: 'https://hacker-news.firebaseio.com/v0',
      HN_SEARCH_URL: 'https://hn.algolia.com/api/v1',
      HN_TIMEOUT_MS: 5_000,
      MCP_METRICS: false,
      MCP_TRACING: false,
    });
  });

  it('treats an empty variable as unset', () => {
    const empty = {
      PORT: '',
      HOST: '',
      HTTP_ADAPTER: '',
      MCP_AUTH: '',
      MCP_HEARTBEAT_MS: '',
      CORS_ORIGINS: '',
    };
    expect(validateEnvironment(empty)).toEqual(validateEnvironment({}));
  });

  it('leaves out the variables of other programs', () => {
    expect(validateEnvironment({ PATH: '/usr/bin', HOME: '/root' })).toEqual(validateEnvironment({}));
  });

  it.each([
    ['PORT', '0', 0],
    ['PORT', '65535', 65_535],
    ['HOST', '0.0.0.0', '0.0.0.0'],
    ['HOST', '::1', '::1'],
    ['HOST', 'localhost', 'localhost'],
    ['HTTP_ADAPTER', 'fastify', 'fastify'],
    ['MCP_METRICS', 'true', true],
    ['MCP_METRICS', 'false', false],
    ['MCP_SSE_PATH', '/:tenant/sse', '/:tenant/sse'],
    ['MCP_HEARTBEAT_MS', '250', 250],
    ['MCP_HEARTBEAT_MS', '0', 0],
    ['MCP_HEARTBEAT_MS', 'false', false],
    ['MCP_PUBLIC_URL', 'http://localhost:8080/api', 'http://localhost:8080/api'],
    [
      'MCP_ALLOWED_HOSTS',
      'mcp.example.com, localhost:3000,[::1]',
      ['mcp.example.com', 'localhost:3000', '[::1]'],
    ],
    ['MCP_ALLOWED_ORIGINS', 'vscode-webview://abc', ['vscode-webview://abc']],
    [
      'CORS_ORIGINS',
      ' https://a.example , http://localhost:5173,',
      ['https://a.example', 'http://localhost:5173'],
    ],
    ['MCP_TRUSTED_PROXIES', '10.0.0.0/8, ::1, fd00::/8', ['10.0.0.0/8', '::1', 'fd00::/8']],
    ['MCP_JWT_ISSUER', '0', '0'],
    ['MCP_JWKS_URI', 'http://localhost:8080/jwks?a=1', 'http://localhost:8080/jwks?a=1'],
    ['MCP_JWT_ALGORITHMS', 'RS256, ES384', ['RS256', 'ES384']],
    ['MCP_JWT_AUDIENCE', 'orders', ['orders']],
    ['MCP_JWT_TENANT_CLAIM', 'https://acme.example/org', 'https://acme.example/org'],
    ['MCP_SCOPES_SUPPORTED', 'orders:read,orders:write', ['orders:read', 'orders:write']],
    ['MCP_AUTHORIZATION_SERVERS', 'https://login.example.com/a', ['https://login.example.com/a']],
  ])('reads %s=%s', (name, text, value) => {
    expect(validateEnvironment({ [name]: text })).toHaveProperty(name, value);
  });

  it.each([
    ['PORT', 'abc', 'a whole number from 0 to 65535'],
    ['PORT', '70000', 'a whole number from 0 to 65535'],
    ['PORT', '-1', 'a whole number from 0 to 65535'],
    ['PORT', '3e3', 'a whole number from 0 to 65535'],
    ['PORT', '0x10', 'a whole number from 0 to 65535'],
    ['PORT', ' ', 'a whole number from 0 to 65535'],
    ['HOST', 'localhost:3000', 'without a port'],
    ['HTTP_ADAPTER', 'koa', 'express, fastify'],
    ['MCP_METRICS', 'yes', 'true or false'],
    ['MCP_METRICS_TOKEN', 'short', 'at least 16 characters'],
    ['MCP_AUTH', 'JWT', 'none, jwt, introspection, api-key'],
    ['MCP_JWT_SECRET', 'short', 'at least 32 characters'],
    ['MCP_JWKS_URI', 'login.example.com/jwks', 'a URL such as'],
    ['MCP_JWKS_URI', 'https://user:password@login.example.com', 'a URL such as'],
    ['MCP_JWT_ALGORITHMS', 'none', 'some of: HS256'],
    ['MCP_JWT_ALGORITHMS', 'RS256,rs384', 'some of: HS256'],
    ['MCP_JWT_CLOCK_TOLERANCE_SECONDS', '301', 'a whole number from 0 to 300'],
    ['MCP_AUTHORIZATION_SERVERS', 'login.example.com', 'URLs such as'],
    ['MCP_SCOPES_SUPPORTED', 'read write', 'words without quotes'],
    ['MCP_API_KEY_HEADER', 'X API Key', 'the name of a header'],
    ['MCP_SSE_PATH', 'sse', 'a path such as /sse'],
    ['MCP_SSE_PATH', '/*', 'a path such as /sse'],
    ['MCP_MESSAGES_PATH', '/messages?x=1', 'a path such as /sse'],
    ['MCP_MESSAGES_PATH', '/sse', 'differ from MCP_SSE_PATH'],
    ['MCP_MESSAGES_PATH', '/:tenant/messages', 'no parameter that MCP_SSE_PATH lacks'],
    ['MCP_HEARTBEAT_MS', 'off', 'a whole number from 0 to 3600000, or false'],
    ['MCP_HEARTBEAT_MS', '3600001', 'a whole number from 0 to 3600000, or false'],
    ['MCP_PUBLIC_URL', 'example.com', 'a URL such as'],
    ['MCP_PUBLIC_URL', 'https://example.com/?a=1', 'a URL such as'],
    ['MCP_ALLOWED_HOSTS', 'https://example.com', 'hosts such as'],
    ['MCP_ALLOWED_ORIGINS', 'https://example.com/', 'origins such as'],
    ['CORS_ORIGINS', '*', 'origins such as'],
    ['CORS_ORIGINS', 'https://a.example, b.example', 'origins such as'],
    ['CORS_ORIGINS', 'https://a.example:443', 'origins such as'],
    ['MCP_TRUSTED_PROXIES', 'loopback', 'CIDR'],
    ['MCP_TRUSTED_PROXIES', '10.0.0.0/33', 'CIDR'],
    ['MCP_API_KEY_EDITORS', 'alice', 'names from MCP_API_KEYS'],
    ['MCP_INPUT_KEYS', 'short', 'secrets of at least 32 characters'],
    ['HN_API_URL', 'hacker-news.firebaseio.com', 'a URL such as'],
    ['HN_SEARCH_URL', 'https://hn.algolia.com/api/v1?a=1', 'a URL such as'],
    ['HN_TIMEOUT_MS', '0', 'a whole number from 1 to 60000'],
  ])('refuses %s=%s and says what it accepts', (name, text, accepted) => {
    const sentence = refusal({ [name]: text });
    expect(sentence).toMatch(new RegExp(`^${name} `));
    expect(sentence).toContain(accepted);
  });

  it('names every wrong variable, one per line', () => {
    expect(refusal({ PORT: 'abc', HTTP_ADAPTER: 'koa' })).toBe(
      'PORT must be a whole number from 0 to 65535.\nHTTP_ADAPTER must be one of: express, fastify.',
    );
  });

  it('requires a secret of 32 characters with MCP_AUTH=jwt', () => {
    expect(refusal({ MCP_AUTH: 'jwt' })).toMatch(/^MCP_JWT_SECRET must have at least 32 characters/);
    expect(refusal({ MCP_AUTH: 'jwt', MCP_JWT_SECRET: '' })).toMatch(/^MCP_JWT_SECRET must/);
    expect(validateEnvironment({ MCP_AUTH: 'jwt', MCP_JWT_SECRET: SECRET }).MCP_JWT_SECRET).toBe(SECRET);
  });

  it('accepts a key set or a secret, but not both', () => {
    const MCP_JWKS_URI = 'https://login.example.com/jwks';
    expect(validateEnvironment({ MCP_AUTH: 'jwt', MCP_JWKS_URI }).MCP_JWKS_URI).toBe(MCP_JWKS_URI);
    expect(refusal({ MCP_AUTH: 'jwt', MCP_JWKS_URI, MCP_JWT_SECRET: SECRET })).toMatch(
      /^MCP_JWKS_URI must not be set together with MCP_JWT_SECRET/,
    );
  });

  it('requires the endpoint and credentials with MCP_AUTH=introspection', () => {
    expect(
      refusal({ MCP_AUTH: 'introspection' })
        .split('\n')
        .map((line) => line.split(' ', 1)[0]),
    ).toEqual(['MCP_INTROSPECTION_URL', 'MCP_INTROSPECTION_CLIENT_ID', 'MCP_INTROSPECTION_CLIENT_SECRET']);
  });

  it('reads keys with their names, even if a key contains a colon', () => {
    const environment = validateEnvironment({
      MCP_AUTH: 'api-key',
      MCP_API_KEYS: `alice:${KEY}:1, bob:${KEY}:2, bob:sha256:${DIGEST}`,
    });
    expect(environment.MCP_API_KEYS).toEqual([
      { name: 'alice', key: `${KEY}:1` },
      { name: 'bob', key: `${KEY}:2` },
      { name: 'bob', digest: DIGEST },
    ]);
  });

  it.each([
    ['none', ''],
    ['no name', KEY],
    ['an empty name', `:${KEY}`],
    ['a short key', 'alice:short'],
    ['a digest that is none', `alice:sha256:${KEY}`],
    ['a key twice', `alice:${KEY},bob:${KEY}`],
  ])('refuses API keys with %s and does not repeat them', (_, keys) => {
    const sentence = refusal({ MCP_AUTH: 'api-key', MCP_API_KEYS: keys });
    expect(sentence).toMatch(/^MCP_API_KEYS must list name:key/);
    expect(sentence).not.toContain(KEY);
  });
});

function refusal(variables: Record<string, string>): string {
  try {
    validateEnvironment(variables);
  } catch (error) {
    if (error instanceof EnvironmentError) return error.message;
    throw error;
  }
  throw new Error('The environment was accepted.');
}
