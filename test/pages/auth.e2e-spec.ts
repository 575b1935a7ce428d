import { createHash, randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { CanActivate, Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import jwt from 'jsonwebtoken';
import { McpSseModule, type McpSseModuleOptions } from 'nestjs-mcp-sse';
import { McpTestClient, textOf } from 'nestjs-mcp-sse/testing';
import { send } from '../clients/wire-client.js';
import { AuthorizationServer } from '../fixtures/authorization-server/authorization-server.js';
import { HeaderUserGuard, userHeaders } from '../fixtures/header-user.guard.js';
import { usePage } from '../fixtures/page.js';

type Headers = Record<string, string>;

const page = usePage('docs/auth.md');
const environment = { ...process.env };
const stops: (() => Promise<void>)[] = [];

afterEach(async () => {
  process.env = { ...environment };
  for (const stop of stops.splice(0)) await stop();
});

describe('the page about auth', () => {
  it('decorates the routes for a global guard', async () => {
    const { publicServer } = await page.import<{ publicServer: McpSseModuleOptions }>('decorators');
    const onlyPublic: CanActivate = {
      canActivate: (context) => Reflect.getMetadata('public', context.getHandler()) === true,
    };
    const app = async (options: McpSseModuleOptions) => {
      const module = await Test.createTestingModule({ imports: [McpSseModule.forRoot(options)] }).compile();
      return module.createNestApplication().useGlobalGuards(onlyPublic);
    };
    const mcp = await page.start(await app(publicServer));
    expect(mcp.getServerVersion()).toEqual({ name: 'docs', version: '1.0.0' });
    await expect(page.start(await app({ ...publicServer, decorators: [] }))).rejects.toThrow('Forbidden');
  });

  it('authenticates in each documented way', async () => {
    const server = await AuthorizationServer.start();
    stops.push(() => server.close());
    const key = 'k'.repeat(16);
    const secret = randomBytes(32).toString('base64');
    Object.assign(process.env, {
      ISSUER: server.url,
      INTROSPECTION_SECRET: server.client.secret,
      JWT_SECRET: secret,
      CI_KEY_DIGEST: createHash('sha256').update(key).digest('hex'),
    });
    const { GatewayGuard, ...options } = await page.import<
      Record<`with${string}`, McpSseModuleOptions> & { GatewayGuard: Type<CanActivate> }
    >('auth');
    const aud = 'https://mcp.example.com/mcp';
    const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
    const secretToken = jwt.sign({ sub: 'ada', iss: 'https://login.example.com/' }, secret, {
      expiresIn: '1h',
    });
    const ways: Record<string, [headers: Headers, refusal: number]> = {
      withOAuth: [bearer(server.token({ aud })), 401],
      withIntrospection: [bearer(server.opaqueToken({ aud })), 401],
      withJwt: [bearer(secretToken), 401],
      withApiKeys: [{ 'x-api-key': key }, 401],
      withTheApp: [{ 'x-gateway-user': 'ada' }, 403],
      withGuards: [{ 'x-gateway-user': 'ada' }, 403],
    };
    expect(Object.keys(options).toSorted()).toEqual(Object.keys(ways).toSorted());
    for (const [name, [headers, refusal]] of Object.entries(ways)) {
      const way = options[name as `with${string}`]!;
      const module = await Test.createTestingModule({ imports: [McpSseModule.forRoot(way)] }).compile();
      const app = module.createNestApplication();
      if (way.auth === 'app') app.useGlobalGuards(new GatewayGuard());
      const mcp = await page.start(app, { headers });
      expect(mcp.getServerVersion()).toEqual({ name: 'orders', version: '1.0.0' });
      const refused = await send(mcp.url, { method: 'GET' });
      expect([name, refused.status]).toEqual([name, refusal]);
      const namesMetadata = refused.headers['www-authenticate']?.includes('resource_metadata') ?? false;
      expect([name, namesMetadata]).toEqual([name, ['withOAuth', 'withIntrospection'].includes(name)]);
      await page.stop();
    }
  }, 60_000);

  it('protects other routes with the same tokens', async () => {
    expect(page.code('install-passport').trim()).toBe('npm install @nestjs/passport passport');
    const secret = randomBytes(32).toString('base64');
    process.env['JWT_SECRET'] = secret;
    const { ProfileModule } = await page.import<{ ProfileModule: Type }>('passport');
    const token = (aud: string) => jwt.sign({ sub: 'ada', aud }, secret, { expiresIn: '1h' });
    const headers = { authorization: `Bearer ${token('https://mcp.example.com/mcp')}` };
    const mcp = await page.start(ProfileModule, { headers });
    const profile = new URL('/profile', mcp.url).href;
    expect(await send(profile, { method: 'GET', headers })).toMatchObject({ status: 200, body: 'ada' });
    const others = { authorization: `Bearer ${token('https://other.example.com')}` };
    expect((await send(profile, { method: 'GET', headers: others })).status).toBe(401);
  });

  it('shows each user the features that they may use', async () => {
    const { options } = await page.import<{ options: McpSseModuleOptions }>('authorization');
    // Replaces the application's own guards.
    const asApp: Partial<McpSseModuleOptions> = { ...options, auth: undefined, guards: [HeaderUserGuard] };
    const users: [user: Headers, tools: string[]][] = [
      [{}, ['openingHours']],
      [userHeaders('ada', ['clerk']), ['openingHours']],
      [userHeaders('ada', ['clerk'], 'orders:write'), ['cancelOrder', 'openingHours']],
      [
        { 'x-user': JSON.stringify({ sub: 'ada', tenant: 'acme', roles: ['clerk'] }) },
        ['listReturns', 'openingHours'],
      ],
    ];
    const { url } = await page.serve('authorization', {}, asApp);
    for (const [headers, expected] of users) {
      const { tools } = await (await page.connect(url, { headers })).listTools();
      expect(tools.map(({ name }) => name)).toEqual(expected);
    }
    const clerk = await McpTestClient.connect(url, { headers: userHeaders('ada', ['clerk']) });
    await expect(clerk.callTool({ name: 'cancelOrder' })).rejects.toMatchObject({ code: 403 });
    await clerk.close();
  });

  it('limits the rate of a tool', async () => {
    const { LimitsModule } = await page.import<{ LimitsModule: Type }>('throttler');
    const mcp = await page.start(LimitsModule);
    const call = () => mcp.callTool({ name: 'yearlyReport' });
    expect(textOf(await call())).toBe('a long report');
    await expect(call()).rejects.toMatchObject({ code: -32000, data: { retryAfterMs: 60_000 } });
  });

  it('limits the rate of wrong keys', async () => {
    const key = 'k'.repeat(16);
    process.env['CI_KEY_DIGEST'] = createHash('sha256').update(key).digest('hex');
    const { FailuresModule } = await page.import<{ FailuresModule: Type }>('failures');
    const { url } = await page.start(FailuresModule, { headers: { 'x-api-key': key } });
    const attempt = (wrong: number) =>
      send(url, { method: 'GET', headers: { 'x-api-key': `wrong ${wrong}` } });
    for (let wrong = 0; wrong < 20; wrong++) expect((await attempt(wrong)).status).toBe(401);
    const { status, headers } = await attempt(20);
    expect([status, headers['retry-after']]).toEqual([429, '300']);
  });

  it('keeps an audit trail with the named arguments', async () => {
    interface Trail {
      readonly entries: readonly string[];
    }
    const mcp = await page.serve('audit', {}, { guards: [], audit: false });
    const { Trail } = await page.import<{ Trail: Type<Trail> }>('audit');
    await mcp.callTool({ name: 'refund', arguments: { orderId: '7', reason: 'a secret' } });
    const { entries } = mcp.app.get(Trail);
    expect(entries.map((entry) => JSON.parse(entry) as unknown)).toMatchObject([
      { type: 'connect' },
      { type: 'initialize' },
      { type: 'call', name: 'refund', arguments: { orderId: '7' } },
    ]);
    expect(entries.join()).not.toContain('secret');
  });

  it('has no block without a test', () => {
    expect(page.untested).toEqual([]);
  });
});
