import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import type { Type } from '@nestjs/common';
import { McpSseModule } from 'nestjs-mcp-sse';
import { textOf, type McpTestSource } from 'nestjs-mcp-sse/testing';
import { userHeaders } from '../fixtures/header-user.guard.js';
import { usePage } from '../fixtures/page.js';

const page = usePage('docs/apps.md');
const UI = { mimeTypes: ['text/html;profile=mcp-app'] };
const SHOWS_APPS = { capabilities: { extensions: { 'io.modelcontextprotocol/ui': UI } } };

describe('the page about apps', () => {
  beforeAll(() => writeFileSync(join(page.folder, 'src/orders.html'), page.code('orders-page')));

  it('shows a result in a page, to clients that can', async () => {
    const mcp = await page.serve('app', SHOWS_APPS);
    const { tools } = await mcp.listTools();
    expect(tools).toMatchObject([
      { name: 'closeOrder', _meta: { ui: { visibility: ['app'] } } },
      { name: 'listOrders', _meta: { ui: { resourceUri: 'ui://orders/list' } } },
    ]);
    const { contents } = await mcp.readResource({ uri: 'ui://orders/list' });
    expect(contents).toMatchObject([{ mimeType: UI.mimeTypes[0], text: page.code('orders-page') }]);
    expect(await mcp.callTool({ name: 'listOrders' })).toMatchObject({
      structuredContent: { orders: ['A-17', 'A-18'] },
    });
    const plain = await page.connect(mcp.url);
    expect((await plain.listTools()).tools.map(({ name }) => name)).toEqual(['listOrders']);
    expect((await plain.listResources()).resources).toEqual([]);
  });

  it('makes a page in code, with what it may reach, for those who may call the tool', async () => {
    const headers = userHeaders('ada', [], 'shipments:read');
    const mcp = await page.serve('method', { headers, ...SHOWS_APPS });
    expect(await mcp.readResource({ uri: 'ui://shipments/map' })).toMatchObject({
      contents: [
        {
          text: '<!doctype html><title>Shipments of ada</title>',
          _meta: { ui: { csp: { connectDomains: ['https://api.example.com'] }, prefersBorder: true } },
        },
      ],
    });
    expect(textOf(await mcp.callTool({ name: 'locate' }))).toBe('The map shows it.');
    const plain = await page.connect(mcp.url, { headers });
    expect(textOf(await plain.callTool({ name: 'locate' }))).toContain('Lyon');
    const other = await page.connect(mcp.url, { headers: userHeaders('eve'), ...SHOWS_APPS });
    await expect(other.readResource({ uri: 'ui://shipments/map' })).rejects.toThrow('scope');
  });

  it('reads an app in a test', async () => {
    const { OrdersTools } = await page.import<{ OrdersTools: Type }>('app');
    const { appOf } = await page.import<{
      appOf(source: McpTestSource, tool: string): Promise<string>;
    }>('test');
    class OrdersModule {}
    const imports = [McpSseModule.forRoot({ name: 'orders', version: '1.0.0' })];
    const module = { module: OrdersModule, imports, providers: [OrdersTools] };
    expect(await appOf(module, 'listOrders')).toContain('<title>Open orders</title>');
  });

  it('has no other code', () => {
    expect(page.untested).toEqual([]);
  });
});
