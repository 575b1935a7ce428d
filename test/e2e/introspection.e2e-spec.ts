import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { McpConfigurationError, type McpIntrospectionOptions } from 'nestjs-mcp-sse';
import { send, WireClient } from '../clients/wire-client.js';
import { AuthorizationServer } from '../fixtures/authorization-server/authorization-server.js';
import { movableClock } from '../fixtures/clock.js';
import { Promoting } from '../fixtures/promoting.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';
import { WhoAmI } from '../fixtures/who-am-i.js';

const PING = { jsonrpc: '2.0', id: 1, method: 'ping' };
/** Generous, for a busy machine. */
const PATIENCE_MS = 30_000;

jest.setTimeout(PATIENCE_MS);

const putForward = movableClock();

function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}

describe('opaque tokens', () => {
  let server: AuthorizationServer;
  let running: RunningApp;

  beforeEach(async () => {
    server = await AuthorizationServer.start();
  });

  afterEach(async () => {
    await running.close();
    await server.close();
  });

  const start = async (options: Partial<McpIntrospectionOptions> = {}) => {
    const introspection: McpIntrospectionOptions = {
      url: server.introspectionUrl,
      clientId: server.client.id,
      clientSecret: server.client.secret,
      audience: server.audience,
      timeoutMs: PATIENCE_MS,
      ...options,
    };
    running = await startApp({ providers: [WhoAmI, Promoting], options: { auth: { introspection } } });
  };
  const open = (token?: string) =>
    send(`${running.url}/sse`, { method: 'GET', headers: token === undefined ? {} : bearer(token) });
  const asked = () => server.count('/introspect');

  it('are accepted if the authorization server says active, as the principal that it names', async () => {
    await start();
    const exp = now() + 600;
    const token = server.opaqueToken({ scope: 'read write', tenant: 'acme', token_type: 'bearer', exp });
    const client = await WireClient.connect(`${running.url}/sse`, bearer(token));
    expect((await client.callTool(1, 'whoami')).result.structuredContent).toEqual({
      subject: 'ada',
      issuer: server.url,
      tenant: 'acme',
      scopes: ['read', 'write'],
      roles: [],
      expiresAt: exp * 1000,
    });
    client.close();
  });

  it('get the introspection URL as issuer if they have none', async () => {
    await start();
    const headers = bearer(server.opaqueToken({ iss: undefined }));
    const client = await WireClient.connect(`${running.url}/sse`, headers);
    const { result } = await client.callTool(1, 'whoami');
    expect(result.structuredContent.issuer).toBe(server.introspectionUrl);
    client.close();
  });

  it.each<[string, (server: AuthorizationServer) => string]>([
    ['that is unknown', () => 'unknown'],
    ['that is not active', (from) => from.opaqueToken({ active: false })],
    ['that is active but has expired', (from) => from.opaqueToken({ exp: now() - 1 })],
    ['that is active but not valid yet', (from) => from.opaqueToken({ nbf: now() + 60 })],
    ['whose expiry is no number', (from) => from.opaqueToken({ exp: 'never' })],
    ['for another audience', (from) => from.opaqueToken({ aud: ['https://other.example'] })],
    ['without an audience', (from) => from.opaqueToken({ aud: undefined })],
    ['with an empty subject', (from) => from.opaqueToken({ sub: '' })],
    ['without a subject', (from) => from.opaqueToken({ sub: undefined })],
    ['that is a refresh token', (from) => from.opaqueToken({ token_type: 'refresh_token' })],
  ])('%s are refused', async (_, token) => {
    await start();
    const { status, headers } = await open(token(server));
    expect([status, headers['www-authenticate']]).toEqual([401, 'Bearer error="invalid_token"']);
  });

  it('are required, and a request without one is not introspected', async () => {
    await start();
    const { status, headers } = await open();
    expect([status, headers['www-authenticate'], asked()]).toEqual([401, 'Bearer', 0]);
  });

  it('are introspected once for many requests, also for concurrent ones', async () => {
    await start();
    const headers = bearer(server.opaqueToken());
    const connect = () => WireClient.connect(`${running.url}/sse`, headers);
    const clients = await Promise.all([connect(), connect()]);
    expect((await clients[0]!.post(PING)).status).toBe(202);
    expect(asked()).toBe(1);
    for (const client of clients) client.close();
  });

  it('give each request claims of its own, which a handler may change', async () => {
    await start();
    const headers = bearer(server.opaqueToken({ roles: ['clerk'] }));
    const client = await WireClient.connect(`${running.url}/sse`, headers);
    for (const id of [1, 2])
      expect((await client.callTool(id, 'promote')).result.content[0].text).toBe('clerk');
    expect(asked()).toBe(1);
    client.close();
  });

  it('are introspected each time without a cache, so that a revoked one is refused at once', async () => {
    await start({ cacheMs: 0 });
    const token = server.opaqueToken();
    const client = await WireClient.connect(`${running.url}/sse`, bearer(token));
    expect((await client.post(PING)).status).toBe(202);
    expect(asked()).toBe(2);
    server.revoke(token);
    expect((await client.post(PING)).status).toBe(401);
    client.close();
  });

  it('are not accepted beyond their expiry', async () => {
    await start({ cacheMs: 120_000 });
    const token = server.opaqueToken({ exp: now() + 60 });
    const client = await WireClient.connect(`${running.url}/sse`, bearer(token));
    expect((await client.post(PING)).status).toBe(202);
    expect(asked()).toBe(1);
    putForward(60_000);
    expect((await client.post(PING)).status).toBe(401);
    client.close();
  });

  it('are introspected once for some seconds if they are invalid, and evict no valid one', async () => {
    await start();
    const good = server.opaqueToken();
    const wrong = server.opaqueToken({ active: false });
    (await WireClient.connect(`${running.url}/sse`, bearer(good))).close();
    const answers = await Promise.all([wrong, wrong, wrong, 'made-up'].map((token) => open(token)));
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
    expect((await open(wrong)).status).toBe(401);
    (await WireClient.connect(`${running.url}/sse`, bearer(good))).close();
    expect(asked()).toBe(3);
  });

  it.each(['down', 'silent', 'nonsense'] as const)(
    'get 503 while the server is %s, except those in the cache',
    async (condition) => {
      await start({ timeoutMs: 1_000 });
      const client = await WireClient.connect(`${running.url}/sse`, bearer(server.opaqueToken()));
      server.condition = condition;
      expect((await client.post(PING)).status).toBe(202);
      const { status, headers } = await open(server.opaqueToken());
      expect([status, headers['retry-after'], headers['www-authenticate']]).toEqual([503, '5', undefined]);
      client.close();
    },
  );

  it('get 503 when the authorization server rejects the client credentials', async () => {
    await start({ clientSecret: 'wrong' });
    expect((await open(server.opaqueToken())).status).toBe(503);
  });
});

describe('the introspection option', () => {
  const right: McpIntrospectionOptions = { url: 'https://login.example/i', clientId: 'a', clientSecret: 'b' };

  it.each<[string, Partial<McpIntrospectionOptions>, RegExp]>([
    ['without a secret', { clientSecret: '' }, /clientSecret/],
    ['with an address that is no URL', { url: 'login.example' }, /must be a URL/],
    ['with a password in its URL', { url: 'https://a:secret@login.example' }, /without a user or a password/],
    ['with an empty audience', { audience: '' }, /`auth.introspection.audience` is empty/],
  ])('%s stops the boot', async (_, options, message) => {
    const start = startApp({ options: { auth: { introspection: { ...right, ...options } } } });
    await expect(start).rejects.toThrow(message);
    await expect(start).rejects.toBeInstanceOf(McpConfigurationError);
    await expect(start).rejects.not.toThrow(/secret@/);
  });
});
