import { expect, it } from '@jest/globals';
import { Injectable, RequestMethod } from '@nestjs/common';
import { McpConfigurationError, McpContext, McpTool } from 'nestjs-mcp-sse';
import { connectSdkClient } from '../clients/sdk-client.js';
import { send, WireClient } from '../clients/wire-client.js';
import { describeOnEveryAdapter } from '../fixtures/adapters.js';
import { appPerTest } from '../fixtures/app-per-test.js';
import { anError, bootError } from '../fixtures/boot-error.js';
import { startPrefixProxy } from '../fixtures/prefix-proxy.js';
import { ROUTES, TENANTS } from '../fixtures/routes.js';
import type { AppFixture } from '../fixtures/start-app.js';
import { UserGuard } from '../fixtures/user.guard.js';

@Injectable()
class Tools {
  @McpTool()
  where({ params }: McpContext) {
    return { ...params };
  }
}

describeOnEveryAdapter('the endpoint under', (adapter) => {
  const { start } = appPerTest(adapter);

  it.each(ROUTES)('%s', async (_name, { fixture, stream, endpoint, params = {}, absent = [], headers }) => {
    const { url } = await start({ ...fixture, providers: [Tools] });
    for (const path of absent) {
      const { status } = await send(`${url}${path}`, { method: 'GET', headers });
      expect([path, status]).toEqual([path, 404]);
    }
    const wire = await WireClient.connect(`${url}${stream}`, headers);
    expect(wire.events[0]!.data).toBe(`${endpoint}?sessionId=${await wire.sessionId()}`);
    wire.close();

    const client = await connectSdkClient(`${url}${stream}`, headers);
    const { structuredContent } = await client.callTool({ name: 'where' });
    expect(structuredContent).toEqual(params);
    await client.close();
  });
});

describeOnEveryAdapter('a global prefix that splits', (adapter) => {
  const { start } = appPerTest(adapter);

  it('the methods of Streamable HTTP has HTTP+SSE clients post where POST is', async () => {
    const { url } = await start({
      providers: [Tools],
      configure: (app) =>
        void app.setGlobalPrefix('v2', { exclude: [{ path: 'mcp', method: RequestMethod.GET }] }),
    });
    const wire = await WireClient.connect(`${url}/mcp`);
    expect(await wire.endpoint()).toBe(`${url}/v2/mcp?sessionId=${await wire.sessionId()}`);
    expect((await wire.callTool(1, 'where')).result.structuredContent).toEqual({});
    wire.close();
  });

  it('the transport, and leaves its endpoint a parameter without a value, stops the boot', async () => {
    const configure: AppFixture['configure'] = (app) =>
      void app.setGlobalPrefix(':region', { exclude: ['sse'] });
    expect(await bootError({ adapter, configure })).toEqual(
      anError(McpConfigurationError, '"/:region/messages"', 'exclude'),
    );
  });
});

describeOnEveryAdapter('a session of one tenant', (adapter) => {
  const { start } = appPerTest(adapter);

  it("is unknown under another tenant's path", async () => {
    const { url } = await start({ providers: [Tools], options: { sse: TENANTS } });
    const client = await WireClient.connect(`${url}/acme/sse`);
    const ping = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' });
    const post = (path: string) =>
      send(`${url}${path}`, { headers: { 'content-type': 'application/json' }, body: ping });
    const foreign = await post(`/other/messages?sessionId=${await client.sessionId()}`);
    const unknown = await post(`/acme/messages?sessionId=${'A'.repeat(22)}`);
    expect(foreign.status).toBe(404);
    expect(foreign.body).toBe(unknown.body);
    expect((await post(`/acme/messages?sessionId=${await client.sessionId()}`)).status).toBe(202);
    expect(await client.answer(1)).toEqual({ jsonrpc: '2.0', id: 1, result: {} });
    expect(client.events).toHaveLength(2);
  });
});

/** Without authentication nothing that came through a proxy is served. */
function guarded({ options, ...fixture }: AppFixture): AppFixture {
  return { ...fixture, options: { ...options, guards: [UserGuard] } };
}

describeOnEveryAdapter('behind a proxy that strips a prefix, the endpoint', (adapter) => {
  const { start } = appPerTest(adapter);

  async function callThrough(
    fixture: AppFixture,
    prefix: string,
    headers?: Record<string, string>,
    path = '/sse',
  ): Promise<unknown> {
    const { url } = await start(guarded({ ...fixture, providers: [Tools] }));
    const proxy = await startPrefixProxy(url, prefix, headers);
    try {
      const client = await connectSdkClient(`${proxy.url}${path}`);
      const { structuredContent } = await client.callTool({ name: 'where' });
      await client.close();
      return structuredContent;
    } finally {
      await proxy.close();
    }
  }

  it.each(['https://example.com/tools/api', 'https://example.com/tools/api/'])(
    'is right by publicUrl %s',
    async (publicUrl) => {
      expect(await callThrough({ options: { publicUrl } }, '/tools/api')).toEqual({});
    },
  );

  it('is right by publicUrl under a global prefix with parameters', async () => {
    const fixture: AppFixture = {
      options: { publicUrl: 'https://example.com/tools', sse: TENANTS },
      configure: (app) => void app.setGlobalPrefix('api'),
    };
    expect(await callThrough(fixture, '/tools', {}, '/api/acme/sse')).toEqual({ tenant: 'acme' });
  });

  it.each(['/tools', '/tools/'])('is right by X-Forwarded-Prefix %s of a trusted proxy', async (value) => {
    const options = { trustedProxies: ['10.0.0.0/8', '127.0.0.1'] };
    expect(await callThrough({ options }, '/tools', { 'x-forwarded-prefix': value })).toEqual({});
  });

  it('is right by X-Forwarded-Prefix of a trusted range', async () => {
    const options = { trustedProxies: ['127.0.0.0/8'] };
    expect(await callThrough({ options }, '/a/b', { 'x-forwarded-prefix': '/a/b' })).toEqual({});
  });
});

describeOnEveryAdapter('X-Forwarded-Prefix', (adapter) => {
  const { start } = appPerTest(adapter);

  async function endpointPath(fixture: AppFixture, prefix: string): Promise<string> {
    const { url } = await start(guarded(fixture));
    const client = await WireClient.connect(`${url}/sse`, { 'x-forwarded-prefix': prefix });
    return client.events[0]!.data!.replace(await client.sessionId(), '<id>');
  }

  it.each([[undefined], [[]], [['10.0.0.0/8', '::1']]])(
    'is ignored from a proxy not listed in %j',
    async (trustedProxies?: string[]) => {
      const endpoint = await endpointPath({ options: { trustedProxies } }, '/tools');
      expect(endpoint).toBe('/messages?sessionId=<id>');
    },
  );

  it('is ignored if there is a publicUrl', async () => {
    const options = { trustedProxies: ['127.0.0.1'], publicUrl: 'https://example.com/public' };
    expect(await endpointPath({ options }, '/tools')).toBe('/public/messages?sessionId=<id>');
  });

  it.each([
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/tools//evil.example',
    'https://evil.example',
    'https:evil.example',
    'javascript:alert(1)',
    'evil.example',
    '@evil.example',
    '/',
    '/a b',
    '/a\tb',
    '/a, /b',
    '/a?x=1',
    '/a#b',
    '/a%0d%0adata: evil',
    '/a"b',
    '/ä',
  ])('%j of a trusted proxy is ignored', async (prefix) => {
    const options = { trustedProxies: ['127.0.0.1'] };
    expect(await endpointPath({ options }, prefix)).toBe('/messages?sessionId=<id>');
  });

  it.each(['/a%0d%0ab', '/..', '/@evil.example', '/a:1'])(
    '%j of a trusted proxy keeps clients on their origin',
    async (prefix) => {
      const options = { trustedProxies: ['127.0.0.1'] };
      const endpoint = await endpointPath({ options }, prefix);
      expect(endpoint).toMatch(/^\/[^/\\\s][^\s]*\/messages\?sessionId=<id>$/);
      expect(new URL(endpoint, 'https://good.example/sse').origin).toBe('https://good.example');
    },
  );
});
