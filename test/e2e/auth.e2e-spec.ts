import { afterEach, describe, expect, it } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { Injectable, type CanActivate } from '@nestjs/common';
import jwt from 'jsonwebtoken';
import { McpConfigurationError, type McpJwtOptions, type McpSseModuleOptions } from 'nestjs-mcp-sse';
import { connectSdkClient } from '../clients/sdk-client.js';
import { send, WireClient } from '../clients/wire-client.js';
import { describeOnEveryAdapter } from '../fixtures/adapters.js';
import { MemoryLog } from '../fixtures/memory-log.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';
import { WhoAmI } from '../fixtures/who-am-i.js';

const SECRET = 'a secret of at least thirty-two bytes';
const ISSUER = 'https://issuer.example';
const AUDIENCE = 'https://mcp.example';

@Injectable()
class RefusingGuard implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

function token(claims: object = {}, options: jwt.SignOptions = {}, key: jwt.Secret = SECRET): string {
  return jwt.sign({ sub: 'ada', iss: ISSUER, aud: AUDIENCE, ...claims }, key, {
    expiresIn: '1h',
    ...options,
  });
}

function bearer(value: string): Record<string, string> {
  return { authorization: `Bearer ${value}` };
}

describeOnEveryAdapter('bearer tokens', (adapter) => {
  let running: RunningApp;
  const start = async (options: Partial<McpSseModuleOptions> = {}) => {
    running = await startApp({
      adapter,
      providers: [WhoAmI],
      options: { auth: { jwt: { secretOrKey: SECRET, issuer: ISSUER, audience: AUDIENCE } }, ...options },
    });
    return `${running.url}/sse`;
  };

  afterEach(() => running.close());

  it('lets a valid token in and makes its claims the principal', async () => {
    const url = await start();
    const claims = { tenant: 'acme', scope: 'read write', roles: ['admin'] };
    const client = await connectSdkClient(url, bearer(token(claims)));
    const { structuredContent } = await client.callTool({ name: 'whoami' });
    expect(structuredContent).toMatchObject({
      subject: 'ada',
      issuer: ISSUER,
      tenant: 'acme',
      scopes: ['read', 'write'],
      roles: ['admin'],
    });
    await client.close();
  });

  it('challenges a request without a token', async () => {
    const url = await start();
    for (const response of [
      await send(url, { method: 'GET' }),
      await send(`${running.url}/messages?sessionId=x`, { body: '{}' }),
    ]) {
      expect(response.status).toBe(401);
      expect(response.headers['www-authenticate']).toBe('Bearer');
      expect(JSON.parse(response.body)).toEqual({
        jsonrpc: '2.0',
        error: { code: -32000, message: 'Unauthorized' },
        id: null,
      });
    }
  });

  it('keeps the session for a refreshed token and answers 404 to another principal', async () => {
    const url = await start();
    const client = await WireClient.connect(url, bearer(token({ jti: 'first', tenant: 'acme' })));
    const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
    const refreshed = await client.post(ping, bearer(token({ jti: 'second', tenant: 'acme' })));
    expect(refreshed.status).toBe(202);

    const unknown = await send(`${running.url}/messages?sessionId=unknown`, {
      body: JSON.stringify(ping),
      headers: { 'content-type': 'application/json', ...bearer(token()) },
    });
    expect(unknown.status).toBe(404);
    for (const stranger of [{ sub: 'eve', tenant: 'acme' }, { tenant: 'other' }, {}])
      expect(await client.post(ping, bearer(token(stranger)))).toMatchObject({
        status: 404,
        body: unknown.body,
      });
    client.close();
  });

  it('runs the guards of the options on the stream and on messages, after its own', async () => {
    const url = await start({ guards: [RefusingGuard] });
    const headers = { 'content-type': 'application/json', ...bearer(token()) };
    expect((await send(url, { method: 'GET', headers })).status).toBe(403);
    expect((await send(`${running.url}/messages?sessionId=x`, { headers, body: '{}' })).status).toBe(403);
    expect((await send(url, { method: 'GET' })).status).toBe(401);
  });

  it('tolerates the configured difference between clocks', async () => {
    const auth = { jwt: { secretOrKey: SECRET, clockToleranceSeconds: 60 } };
    const url = await start({ auth });
    const status = async (options: jwt.SignOptions) => {
      const client = await WireClient.open(url, bearer(token({}, options)));
      client.close();
      return client.response.statusCode;
    };
    expect(await status({ expiresIn: -30 })).toBe(200);
    expect(await status({ notBefore: 30 })).toBe(200);
    expect(await status({ expiresIn: -90 })).toBe(401);
    expect(await status({ notBefore: 90 })).toBe(401);
  });

  it('reads the tenant from the configured claim, and the expiry of the token', async () => {
    const url = await start({ tenantClaim: 'https://acme.example/org' });
    const exp = Math.floor(Date.now() / 1000) + 600;
    const claims = { exp, tenant: 'other', 'https://acme.example/org': 42 };
    const client = await WireClient.connect(
      url,
      bearer(jwt.sign({ sub: 'ada', iss: ISSUER, aud: AUDIENCE, ...claims }, SECRET)),
    );
    const { result } = await client.callTool(1, 'whoami');
    expect(result.structuredContent).toMatchObject({ tenant: '42', expiresAt: exp * 1000 });
    client.close();
  });

  it('takes the principal from the configured mapper', async () => {
    const url = await start({
      principal: () => ({ subject: 'mapped', scopes: [], roles: [], claims: {} }),
    });
    const client = await WireClient.connect(url, bearer(token()));
    const { result } = await client.callTool(1, 'whoami');
    expect(result.structuredContent.subject).toBe('mapped');
    client.close();
  });
});

describe('the jwt option', () => {
  const publicKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({
    type: 'spki',
    format: 'pem',
  });
  const jwksUri = 'https://login.example/jwks';

  it.each<[string, McpJwtOptions, RegExp]>([
    ['with a short secret', { secretOrKey: 'short' }, /32 bytes/],
    [
      'with a public key and HS256',
      { secretOrKey: publicKey, algorithms: ['ES256', 'HS256'] },
      /is a public key/,
    ],
    ['with a secret and RS256', { secretOrKey: SECRET, algorithms: ['RS256'] }, /must be a public key/],
    [
      'with a key that cannot be read',
      { secretOrKey: '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----', algorithms: ['RS256'] },
      /not a readable public key/,
    ],
    ['with neither a key nor a key set', {}, /either `secretOrKey` or `jwksUri`/],
    ['with a key and a key set', { secretOrKey: SECRET, jwksUri }, /either `secretOrKey` or `jwksUri`/],
    ['with a key set and HS256', { jwksUri, algorithms: ['RS256', 'HS256'] }, /take as secrets/],
    ['with a key set that is no URL', { jwksUri: 'login.example/jwks' }, /"auth.jwt.jwksUri" must be a URL/],
    ['with the algorithm none', { secretOrKey: SECRET, algorithms: ['none' as 'HS256'] }, /not "none"/],
    ['without an algorithm', { secretOrKey: SECRET, algorithms: [] }, /must list/],
    ['with an empty audience', { secretOrKey: SECRET, audience: '' }, /`auth.jwt.audience` is empty/],
    ['with an empty issuer', { secretOrKey: SECRET, issuer: [] }, /`auth.jwt.issuer` is empty/],
  ])('%s stops the boot', async (_, jwtOptions, message) => {
    const start = startApp({ options: { auth: { jwt: jwtOptions } } });
    await expect(start).rejects.toThrow(message);
    await expect(start).rejects.toBeInstanceOf(McpConfigurationError);
  });

  it.each<[string, object, RegExp]>([
    ['of two kinds', { jwt: { secretOrKey: SECRET }, apiKey: { keys: [] } }, /it has jwt and apiKey/],
    ['of no kind', {}, /it has none/],
  ])('beside another: auth %s stops the boot', async (_, auth, message) => {
    const start = startApp({ options: { auth: auth as McpSseModuleOptions['auth'] } });
    await expect(start).rejects.toThrow(message);
  });

  describe('that accepts tokens for other services', () => {
    const missing = /"auth.jwt.issuer" and "auth.jwt.audience" not set/;
    const logged = async (auth: McpSseModuleOptions['auth']) => {
      const log = new MemoryLog();
      const options = { auth, input: { keys: ['a-key-that-all-nodes-of-the-server-share'] } };
      const { close } = await startApp({ options, configure: (app) => app.useLogger(log) });
      await close();
      return log.lines.filter((line) => line.startsWith('warn')).join('\n');
    };
    const environment = process.env['NODE_ENV'];

    afterEach(() => {
      process.env['NODE_ENV'] = environment;
    });

    it.each<[string, McpSseModuleOptions['auth'], RegExp]>([
      ['a key set', { jwt: { jwksUri } }, missing],
      ['a public key', { jwt: { secretOrKey: publicKey, algorithms: ['ES256'] } }, missing],
      [
        'introspection',
        { introspection: { url: jwksUri, clientId: 'a', clientSecret: 'b' } },
        /"auth.introspection.audience" not set/,
      ],
    ])('by %s warns, and stops the boot in production', async (_, auth, message) => {
      expect(await logged(auth)).toMatch(message);
      process.env['NODE_ENV'] = 'production';
      const start = startApp({ options: { auth } });
      await expect(start).rejects.toThrow(message);
      await expect(start).rejects.toBeInstanceOf(McpConfigurationError);
    });

    it('by a secret only warns: perhaps only the issuer has it', async () => {
      process.env['NODE_ENV'] = 'production';
      expect(await logged({ jwt: { secretOrKey: SECRET } })).toMatch(/"auth.jwt.audience" not set/);
      expect(await logged({ jwt: { secretOrKey: SECRET, audience: AUDIENCE } })).not.toContain('auth.jwt');
    });

    it('boots in production when it says what it accepts', async () => {
      process.env['NODE_ENV'] = 'production';
      expect(await logged({ jwt: { jwksUri, issuer: ISSUER, audience: AUDIENCE } })).not.toContain(
        'auth.jwt',
      );
    });
  });

  it('warns of a key set that is fetched without TLS', async () => {
    const log = new MemoryLog();
    const auth = { jwt: { jwksUri: 'http://login.example/jwks', issuer: ISSUER, audience: AUDIENCE } };
    const start = await startApp({ options: { auth }, configure: (app) => app.useLogger(log) });
    await start.close();
    expect(log.lines.filter((line) => line.includes('without TLS'))).toHaveLength(1);
  });
});
