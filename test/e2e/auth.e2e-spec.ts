import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Injectable, type CanActivate } from '@nestjs/common';
import jwt from 'jsonwebtoken';
import { McpConfigurationError, McpPrincipal, McpTool, type McpSseModuleOptions } from 'nestjs-mcp-sse';
import { connectSdkClient } from '../clients/sdk-client.js';
import { send, WireClient } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';

const SECRET = 'a secret of at least thirty-two bytes';
const ISSUER = 'https://issuer.example';
const AUDIENCE = 'https://mcp.example';

@Injectable()
class WhoAmI {
  @McpTool()
  whoami(@McpPrincipal() principal: McpPrincipal) {
    const { subject, issuer, tenant, scopes, roles } = principal;
    return { subject, issuer, tenant, scopes, roles };
  }
}

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

describeOnAdapters('bearer tokens', (adapter) => {
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
    expect(structuredContent).toEqual({
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

  const wrong: Record<string, () => string> = {
    'that has expired': () => token({}, { expiresIn: -10 }),
    'that is not valid yet': () => token({}, { notBefore: 60 }),
    'of another issuer': () => token({ iss: 'https://evil.example' }),
    'for another audience': () => token({ aud: 'https://other.example' }),
    'signed with another secret': () => token({}, {}, 'another secret of at least thirty-two b'),
    'of another algorithm': () => token({}, { algorithm: 'HS512' }),
    'that is not signed': () => token({}, { algorithm: 'none' }, ''),
    'without a subject': () => token({ sub: undefined }),
    'that is no token': () => 'nonsense',
  };

  it.each(Object.keys(wrong))('refuses a token %s on the stream and on a message', async (kind) => {
    const url = await start();
    const client = await WireClient.connect(url, bearer(token()));
    const headers = bearer(wrong[kind]!());
    const get = await send(url, { method: 'GET', headers });
    const post = await client.post({ jsonrpc: '2.0', id: 1, method: 'ping' }, headers);
    for (const response of [get, post]) {
      expect(response.status).toBe(401);
      expect(response.headers['www-authenticate']).toBe('Bearer error="invalid_token"');
    }
    client.close();
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

  it('tells the principal by the mapper of the options', async () => {
    const url = await start({
      principal: () => ({ subject: 'mapped', scopes: [], roles: [], claims: {} }),
    });
    const client = await WireClient.connect(url, bearer(token()));
    const { result } = await client.callTool(1, 'whoami');
    expect(result.structuredContent.subject).toBe('mapped');
    client.close();
  });
});

describeOnAdapters('API keys', (adapter) => {
  let running: RunningApp;

  beforeAll(async () => {
    const keys = [
      { name: 'ci', key: 'the key of the build server' },
      { name: 'desk', key: 'the key of the help desk' },
    ];
    running = await startApp({ adapter, providers: [WhoAmI], options: { auth: { apiKey: { keys } } } });
  });

  afterAll(() => running.close());

  it.each([
    { 'x-api-key': 'the key of the help desk' },
    { authorization: 'Bearer the key of the help desk' },
  ] as Record<string, string>[])('knows the owner of a key in %j', async (headers) => {
    const client = await WireClient.connect(`${running.url}/sse`, headers);
    const { result } = await client.callTool(1, 'whoami');
    expect(result.structuredContent).toMatchObject({ subject: 'desk', issuer: 'api-key' });
    client.close();
  });

  it('refuses a request without a key, or with a wrong one', async () => {
    for (const headers of [{}, { 'x-api-key': 'the key of the help des' }, { 'x-api-key': '' }] as Record<
      string,
      string
    >[]) {
      const response = await send(`${running.url}/sse`, { method: 'GET', headers });
      expect(response.status).toBe(401);
      expect(response.headers['www-authenticate']).toMatch(/^Bearer/);
    }
  });

  it('keeps the sessions of two keys apart', async () => {
    const client = await WireClient.connect(`${running.url}/sse`, {
      'x-api-key': 'the key of the help desk',
    });
    const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
    expect((await client.post(ping, { 'x-api-key': 'the key of the build server' })).status).toBe(404);
    expect((await client.post(ping)).status).toBe(202);
    client.close();
  });
});

describe('a server without authentication', () => {
  it('refuses connections that do not come over a loopback address', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mcp-'));
    const socketPath = join(folder, 'socket');
    const running = await startApp({ providers: [WhoAmI], listenOn: socketPath });
    const status = (path: string, method: string) =>
      new Promise((resolve, reject) => {
        request({ socketPath, path, method, headers: { host: 'localhost' } }, (response) => {
          response.resume();
          resolve(response.statusCode);
        })
          .on('error', reject)
          .end();
      });
    expect(await status('/sse', 'GET')).toBe(403);
    expect(await status('/messages?sessionId=x', 'POST')).toBe(403);
    await running.close();
    rmSync(folder, { recursive: true });
  });
});

describe('keys that do not fit', () => {
  const publicKey = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({
    type: 'spki',
    format: 'pem',
  });

  it.each<[string, McpSseModuleOptions['auth'], RegExp]>([
    ['a short secret', { jwt: { secretOrKey: 'short' } }, /32 bytes/],
    [
      'a public key with HS256',
      { jwt: { secretOrKey: publicKey, algorithms: ['RS256', 'HS256'] } },
      /public key/,
    ],
    ['no API keys', { apiKey: { keys: [] } }, /auth: \{ apiKey/],
    ['an empty API key', { apiKey: { keys: [{ name: 'ci', key: '' }] } }, /not empty/],
  ])('%s stops the boot', async (_, auth, message) => {
    const start = startApp({ options: { auth } });
    await expect(start).rejects.toThrow(message);
    await expect(start).rejects.toBeInstanceOf(McpConfigurationError);
  });
});
