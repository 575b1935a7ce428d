import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import {
  Injectable,
  RequestMethod,
  UnauthorizedException,
  VersioningType,
  type CanActivate,
} from '@nestjs/common';
import { APP_GUARD, RouterModule } from '@nestjs/core';
import { McpConfigurationError, McpSseModule, type McpOAuthOptions } from 'nestjs-mcp-sse';
import { send } from '../clients/wire-client.js';
import { describeOnEveryAdapter } from '../fixtures/adapters.js';
import { appPerTest } from '../fixtures/app-per-test.js';
import { startApp, startModule, type AppFixture } from '../fixtures/start-app.js';

const WELL_KNOWN = '/.well-known/oauth-protected-resource';
const ISSUER = 'https://login.example';
const OAUTH: McpOAuthOptions = { authorizationServers: [ISSUER] };

/** A guard as applications write them. */
@Injectable()
class NobodyGuard implements CanActivate {
  canActivate(): boolean {
    throw new UnauthorizedException('Nobody may');
  }
}

interface Place {
  readonly fixture: AppFixture;
  /** What clients connect to. */
  readonly paths: readonly string[];
  /** Where there must not be any metadata. */
  readonly absent?: readonly string[];
}

const PLACES: [string, Place][] = [
  [
    'nothing around them',
    { fixture: {}, paths: ['/mcp', '/sse'], absent: ['', '/', '/messages', '/other', '/a/mcp'] },
  ],
  [
    'a global prefix',
    {
      fixture: { configure: (app) => void app.setGlobalPrefix('api/v0') },
      paths: ['/api/v0/mcp', '/api/v0/sse'],
      absent: ['/mcp', '/api/v0'],
    },
  ],
  [
    'everything at once',
    {
      fixture: {
        imports: [RouterModule.register([{ path: 'ai', module: McpSseModule }])],
        options: {
          sse: { path: ':tenant/sse', messagesPath: ':tenant/messages' },
          http: { path: ':tenant/mcp' },
        },
        configure: (app) => {
          app.setGlobalPrefix('api');
          app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
        },
      },
      paths: ['/api/v1/ai/acme/mcp', '/api/v1/ai/a%2Fb%20c/sse'],
      absent: ['/api/v1/ai/mcp', '/ai/acme/mcp'],
    },
  ],
];

/** The URL of the metadata that an answer names. */
function metadataUrl(challenge: string | undefined): string | undefined {
  return /resource_metadata="([^"]*)"/.exec(challenge ?? '')?.[1];
}

describeOnEveryAdapter('the metadata of protected resources', (adapter) => {
  const { start } = appPerTest(adapter);
  const startGuarded = (fixture: AppFixture = {}, oauth = OAUTH) =>
    start({ ...fixture, options: { guards: [NobodyGuard], oauth, ...fixture.options } });
  const get = (url: string, headers?: Record<string, string>) => send(url, { method: 'GET', headers });

  it.each(PLACES)('stands at the root of the origin, with %s', async (_, { fixture, paths, absent = [] }) => {
    const { url } = await startGuarded(fixture);
    for (const path of paths) {
      const challenge = (await get(`${url}${path}`)).headers['www-authenticate'];
      expect(challenge).toBe(`Bearer resource_metadata="${url}${WELL_KNOWN}${path}"`);
      const { status, headers, body } = await get(metadataUrl(challenge)!);
      expect([status, headers['content-type']]).toEqual([200, 'application/json']);
      expect(JSON.parse(body)).toEqual({
        resource: `${url}${path}`,
        authorization_servers: [ISSUER],
        bearer_methods_supported: ['header'],
        resource_name: 'test',
      });
    }
    for (const path of absent)
      expect([path, (await get(`${url}${WELL_KNOWN}${path}`)).status]).toEqual([path, 404]);
  });

  it("is the stream's for a refused message", async () => {
    const { url } = await startGuarded({
      options: { sse: { path: ':tenant/sse', messagesPath: 'in/:tenant' } },
    });
    const { headers } = await send(`${url}/in/acme?sessionId=x`, { body: '{}' });
    expect(metadataUrl(headers['www-authenticate'])).toBe(`${url}${WELL_KNOWN}/acme/sse`);
  });

  it('is where a global prefix leaves the stream, for a refused message', async () => {
    const { url } = await startGuarded({
      options: { sse: { path: ':tenant/sse', messagesPath: 'in/:tenant' } },
      configure: (app) => void app.setGlobalPrefix('v2', { exclude: [':tenant/sse'] }),
    });
    const { headers } = await send(`${url}/v2/in/acme?sessionId=x`, { body: '{}' });
    const address = metadataUrl(headers['www-authenticate']);
    expect(address).toBe(`${url}${WELL_KNOWN}/acme/sse`);
    expect(JSON.parse((await get(address!)).body)).toMatchObject({ resource: `${url}/acme/sse` });
  });

  it('is under the path of POST where a global prefix excludes GET alone', async () => {
    const { url } = await startGuarded({
      configure: (app) =>
        void app.setGlobalPrefix('v2', { exclude: [{ path: 'mcp', method: RequestMethod.GET }] }),
    });
    const { headers } = await send(`${url}/v2/mcp`, { body: '{}' });
    const { body } = await get(metadataUrl(headers['www-authenticate'])!);
    expect(JSON.parse(body)).toMatchObject({ resource: `${url}/v2/mcp` });
  });

  it('is not named for a message that does not tell which stream it belongs to', async () => {
    const { url } = await startGuarded({ options: { sse: { path: ':tenant/sse' } } });
    const { headers } = await send(`${url}/messages?sessionId=x`, { body: '{}' });
    expect(headers['www-authenticate']).toBe('Bearer');
  });

  it('and the challenge name scopes', async () => {
    const { url } = await startGuarded(
      {},
      { ...OAUTH, scopesSupported: ['read', 'write'], scopes: ['read'] },
    );
    const { headers } = await get(`${url}/mcp`, { authorization: 'Bearer wrong' });
    expect(headers['www-authenticate']).toBe(
      `Bearer error="invalid_token", scope="read", resource_metadata="${url}${WELL_KNOWN}/mcp"`,
    );
    const { body } = await get(`${url}${WELL_KNOWN}/mcp`);
    expect(JSON.parse(body)).toMatchObject({ scopes_supported: ['read', 'write'] });
  });

  it('needs no token if a global guard of the application requires one', async () => {
    const { url } = await start({
      options: { auth: 'app', oauth: { ...OAUTH, resourceName: 'Orders' } },
      providers: [{ provide: APP_GUARD, useClass: NobodyGuard }],
    });
    const { status, headers } = await get(`${url}/sse`);
    expect([status, metadataUrl(headers['www-authenticate'])]).toEqual([401, `${url}${WELL_KNOWN}/sse`]);
    const metadata = await get(`${url}${WELL_KNOWN}/sse`);
    expect(JSON.parse(metadata.body)).toMatchObject({ resource_name: 'Orders' });
  });

  it('is served to pages of allowed origins only', async () => {
    const { url } = await startGuarded({ options: { allowedOrigins: ['https://chat.example'] } });
    const address = `${url}${WELL_KNOWN}/mcp`;
    const preflight = {
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'mcp-protocol-version',
    };
    const page = { origin: 'https://chat.example' };
    const allowed = await send(address, { method: 'OPTIONS', headers: { ...page, ...preflight } });
    expect([allowed.status, allowed.headers]).toMatchObject([
      204,
      { 'access-control-allow-origin': '*', 'access-control-allow-headers': '*' },
    ]);
    expect((await get(address, page)).headers['access-control-allow-origin']).toBe('*');
    const other = await get(address, { origin: 'https://evil.example' });
    expect([other.status, other.headers['access-control-allow-origin']]).toEqual([403, undefined]);
    expect((await get(address, { host: 'evil.example' })).status).toBe(403);
  });

  it('answers HEAD without a body, and leaves other methods to the application', async () => {
    const { url } = await startGuarded();
    const head = await send(`${url}${WELL_KNOWN}/mcp`, { method: 'HEAD' });
    expect([head.status, head.body]).toEqual([200, '']);
    expect((await send(`${url}${WELL_KNOWN}/mcp`, { body: '{}' })).status).toBe(404);
  });

  it('is each server’s own', async () => {
    const server = (name: string) =>
      McpSseModule.forRoot({
        name,
        version: '1',
        guards: [NobodyGuard],
        sse: { path: `${name}/sse`, messagesPath: `${name}/messages` },
        http: { path: `${name}/mcp` },
        oauth: { authorizationServers: [`https://${name}.example`] },
      });
    const bare = McpSseModule.forRoot({ name: 'bare', version: '1', guards: [NobodyGuard] });
    const { url, close } = await startModule(
      { module: class {}, imports: [server('a'), server('b'), bare] },
      adapter,
    );
    for (const name of ['a', 'b']) {
      const { body } = await get(`${url}${WELL_KNOWN}/${name}/mcp`);
      expect(JSON.parse(body)).toMatchObject({
        resource: `${url}/${name}/mcp`,
        authorization_servers: [`https://${name}.example`],
        resource_name: name,
      });
    }
    expect((await get(`${url}${WELL_KNOWN}/mcp`)).status).toBe(404);
    expect((await get(`${url}/mcp`)).headers['www-authenticate']).toBe('Bearer');
    await close();
  });

  it('has the public URL by publicUrl, whether the proxy strips its prefix or not', async () => {
    const { url } = await startGuarded({ options: { publicUrl: 'https://example.com/tools/' } });
    const { headers } = await get(`${url}/mcp`);
    expect(metadataUrl(headers['www-authenticate'])).toBe(`https://example.com${WELL_KNOWN}/tools/mcp`);
    for (const path of ['/tools/mcp', '/mcp']) {
      const { body } = await get(`${url}${WELL_KNOWN}${path}`);
      expect(JSON.parse(body)).toMatchObject({ resource: 'https://example.com/tools/mcp' });
    }
  });

  it.each([
    [['127.0.0.1'], 'https:', '/tools/mcp'],
    [undefined, 'http:', '/mcp'],
  ])('believes what the proxies %j say of scheme and prefix', async (trustedProxies, protocol, path) => {
    const { url, port } = await startGuarded({ options: { trustedProxies } });
    const forwarded = { 'x-forwarded-proto': 'https', 'x-forwarded-prefix': '/tools' };
    const { headers } = await get(`${url}/mcp`, forwarded);
    const origin = `${protocol}//127.0.0.1:${port}`;
    expect(metadataUrl(headers['www-authenticate'])).toBe(`${origin}${WELL_KNOWN}${path}`);
    const { body } = await get(`${url}${WELL_KNOWN}${path}`, forwarded);
    expect(JSON.parse(body)).toMatchObject({ resource: `${origin}${path}` });
  });

  it.each(['a"b', 'a\\b', 'a,b', 'a b', 'x@y'])('does not repeat the host %j', async (host) => {
    const { url } = await startGuarded({ options: { allowedHosts: ['*'] } });
    const { headers } = await get(`${url}/mcp`, { host });
    expect(headers['www-authenticate']).toBe('Bearer');
    expect((await get(`${url}${WELL_KNOWN}/mcp`, { host })).status).toBe(400);
  });

  it('cannot be broken out of by a path', async () => {
    const { url, port } = await startGuarded({ options: { http: { path: ':tenant/mcp' } } });
    // A URL would be encoded on its way.
    const asked = request({ port, host: '127.0.0.1', path: '/a",scope="root\\/mcp' }).end();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    answer.resume();
    expect(answer.headers['www-authenticate']).toBe(
      `Bearer resource_metadata="${url}${WELL_KNOWN}/a%22,scope=%22root//mcp"`,
    );
  });

  it('names the issuer of the configured key set by default', async () => {
    const { url } = await start({
      options: { auth: { jwt: { jwksUri: `${ISSUER}/jwks`, issuer: ISSUER, audience: 'any' } } },
    });
    const { body } = await get(`${url}${WELL_KNOWN}/mcp`);
    expect(JSON.parse(body)).toMatchObject({ authorization_servers: [ISSUER] });
  });

  it('is not served without an authorization server', async () => {
    const { url } = await start({
      options: { auth: { jwt: { secretOrKey: 's'.repeat(32), issuer: ISSUER } } },
    });
    expect((await get(`${url}${WELL_KNOWN}/mcp`)).status).toBe(404);
    expect((await get(`${url}/mcp`)).headers['www-authenticate']).toBe('Bearer');
  });
});

describe('the oauth option', () => {
  it.each<[string, McpOAuthOptions, RegExp]>([
    ['without authorization servers', {}, /authorizationServers` must list URLs/],
    ['with one that is no URL', { authorizationServers: ['login.example'] }, /not "login.example"/],
    ['with a scope that is two', { ...OAUTH, scopes: ['read write'] }, /"read write"/],
    ['with a scope that has quotes', { ...OAUTH, scopesSupported: ['a"b'] }, /one word/],
  ])('%s stops the boot', async (_, oauth, message) => {
    const start = startApp({ options: { auth: 'app', oauth } });
    await expect(start).rejects.toThrow(message);
    await expect(start).rejects.toBeInstanceOf(McpConfigurationError);
  });
});
