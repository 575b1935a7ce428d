import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { type CanActivate, type ExecutionContext, Injectable, UseGuards } from '@nestjs/common';
import { McpApp, McpContext, McpExecutionContext, McpRoles, McpTool } from 'nestjs-mcp-sse';
import type { SdkClient } from '../clients/client-of-either-era.js';
import { describeOnTransports } from '../fixtures/transports.js';

const UI = 'io.modelcontextprotocol/ui';
const TYPE = 'text/html;profile=mcp-app';
const FILE = fileURLToPath(new URL('../fixtures/apps/chart.html', import.meta.url));
const CHART = 'ui://orders/chart';
const MAP = 'ui://orders/map';
const MAP_UI = {
  csp: { connectDomains: ['https://api.example.com'], resourceDomains: ['https://*.example.com'] },
  permissions: { geolocation: {} },
  prefersBorder: false,
};

const passed: string[] = [];

/** Notes what it lets through. */
@Injectable()
class Gate implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { call } = McpExecutionContext.create(context);
    passed.push(`${call.kind} ${call.name}`);
    return true;
  }
}

@Injectable()
class Orders {
  @McpTool({ description: 'Orders by month', ui: CHART, meta: { owner: 'sales' } })
  @McpApp({ uri: CHART, file: FILE, title: 'Orders by month' })
  @UseGuards(Gate)
  orders() {
    return { may: 3 };
  }

  @McpTool({ description: 'Refreshes the chart', ui: CHART, visibility: ['app'] })
  refresh() {
    return { may: 4 };
  }

  @McpTool({ description: 'Where orders go', ui: MAP, visibility: ['model'] })
  where(ctx: McpContext) {
    return ctx.clientSupports(UI) ? 'See the map.' : 'To Lyon.';
  }

  @McpApp({ uri: MAP, ...MAP_UI })
  map(ctx: McpContext) {
    return `<!doctype html><p>${ctx.principal.subject}</p>`;
  }

  @McpApp({ uri: 'ui://orders/secret' })
  @McpRoles('boss')
  secret() {
    return '<p>secret</p>';
  }

  @McpApp({ uri: 'ui://orders/wrong' })
  wrong() {
    return { html: '<p>An object is no page.</p>' };
  }
}

const SHOWS_APPS = { capabilities: { extensions: { [UI]: { mimeTypes: [TYPE] } } } };

describeOnTransports('an app', (connect, _transport, era) => {
  const fixture = {
    providers: [Orders, Gate],
    options: { cache: { ttlMs: 60_000, scope: 'public' as const } },
  };
  const toolsOf = async (client: SdkClient) =>
    Object.fromEntries((await client.listTools()).tools.map(({ name, _meta }) => [name, _meta]));

  it('is named by its tools, listed and announced where clients show apps', async () => {
    const { client } = await connect(fixture, SHOWS_APPS);
    expect(client.getServerCapabilities()).toMatchObject({ extensions: { [UI]: {} } });
    expect(await toolsOf(client)).toEqual({
      orders: { owner: 'sales', ui: { resourceUri: CHART }, 'ui/resourceUri': CHART },
      refresh: { ui: { resourceUri: CHART, visibility: ['app'] }, 'ui/resourceUri': CHART },
      where: { ui: { resourceUri: MAP, visibility: ['model'] }, 'ui/resourceUri': MAP },
    });
    expect((await client.listResources()).resources).toEqual([
      { uri: CHART, name: 'orders', title: 'Orders by month', mimeType: TYPE, _meta: { ui: {} } },
      { uri: MAP, name: 'map', mimeType: TYPE, _meta: { ui: MAP_UI } },
      { uri: 'ui://orders/wrong', name: 'wrong', mimeType: TYPE, _meta: { ui: {} } },
    ]);
    expect(await client.callTool({ name: 'refresh' })).toMatchObject({ structuredContent: { may: 4 } });
    expect(await client.callTool({ name: 'where' })).toMatchObject({ content: [{ text: 'See the map.' }] });
  });

  it.each([
    ['no extension', {}],
    [
      'the extension without the type',
      { capabilities: { extensions: { [UI]: { mimeTypes: ['text/html'] } } } },
    ],
    ['the extension without settings', { capabilities: { extensions: { [UI]: {} } } }],
  ])('is text to clients that declare %s', async (_title, options) => {
    const { client } = await connect(fixture, options);
    expect(await toolsOf(client)).toEqual({ orders: { owner: 'sales' }, where: undefined });
    expect((await client.listResources()).resources).toEqual([]);
    expect(await client.callTool({ name: 'orders' })).toMatchObject({ content: [{ text: '{"may":3}' }] });
    await expect(client.callTool({ name: 'refresh' })).rejects.toMatchObject({
      code: -32602,
      message: expect.stringContaining('Unknown tool'),
    });
  });

  it('keeps caches from giving the list of one client to another', async () => {
    const { client } = await connect(fixture, SHOWS_APPS);
    const scopeOf = async (method: 'tools/list' | 'prompts/list') =>
      ((await client.request({ method })) as { cacheScope?: string }).cacheScope;
    expect(await scopeOf('tools/list')).toBe(era === 'modern' ? 'private' : undefined);
    expect(await scopeOf('prompts/list')).toBe(era === 'modern' ? 'public' : undefined);
  });

  it('is read like any resource, behind the guards of its method', async () => {
    const { client, audit } = await connect(fixture, SHOWS_APPS);
    const audited: object[] = [];
    passed.length = 0;
    audit.events$.subscribe((event) => audited.push(event));
    expect(await client.readResource({ uri: CHART })).toMatchObject({
      contents: [
        { uri: CHART, mimeType: TYPE, text: expect.stringContaining('Orders by month'), _meta: { ui: {} } },
      ],
    });
    expect(await client.readResource({ uri: MAP })).toMatchObject({
      contents: [
        { uri: MAP, mimeType: TYPE, text: expect.stringContaining('anonymous'), _meta: { ui: MAP_UI } },
      ],
    });
    await expect(client.readResource({ uri: 'ui://orders/secret' })).rejects.toThrow('Resource not found');
    await expect(client.readResource({ uri: 'ui://orders/wrong' })).rejects.toMatchObject({ code: -32603 });
    expect(passed).toEqual(['resource orders']);
    expect(audited).toMatchObject([
      { type: 'read', uri: CHART },
      { type: 'read', uri: MAP },
      { type: 'denial' },
      { type: 'read', outcome: 'failed' },
    ]);
  });
});
