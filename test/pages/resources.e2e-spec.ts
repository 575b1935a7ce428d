import { describe, expect, it } from '@jest/globals';
import type { Type } from '@nestjs/common';
import type { BehaviorSubject } from 'rxjs';
import { textOf } from 'nestjs-mcp-sse/testing';
import { ModernWireClient } from '../clients/modern-wire-client.js';
import { usePage } from '../fixtures/page.js';

const page = usePage('docs/resources.md');
const UPDATED = 'notifications/resources/updated';

describe('the page about resources', () => {
  it('makes methods resources, by a URI or a template', async () => {
    const mcp = await page.serve('resource');
    expect((await mcp.listResources()).resources).toMatchObject([{ uri: 'docs://index' }]);
    expect((await mcp.listResourceTemplates()).resourceTemplates).toMatchObject([
      { uriTemplate: 'docs://{folder}/{name}', mimeType: 'text/markdown' },
    ]);
    expect(textOf(await mcp.readResource({ uri: 'docs://index' }))).toBe('["guides/start here"]');
    const uri = 'docs://guides/start%20here';
    expect((await mcp.readResource({ uri })).contents).toEqual([
      { uri, mimeType: 'text/markdown', text: '# Start' },
    ]);
    await expect(mcp.readResource({ uri: 'docs://guides/none' })).rejects.toMatchObject({
      code: -32002,
      message: expect.stringContaining('There is no such document.'),
    });
  });

  it('says how long clients may keep what they read', async () => {
    const { TermsModule } = await page.import<{ TermsModule: Type }>('cache');
    const { app } = await page.start(TermsModule);
    const client = new ModernWireClient(`${await app.getUrl()}/mcp`);
    const hintOf = async (method: string, params?: object) => {
      const { ttlMs, cacheScope } = (await client.call(method, params))['result'];
      return [ttlMs, cacheScope];
    };
    expect(await hintOf('resources/read', { uri: 'shop://terms' })).toEqual([86_400_000, 'public']);
    expect(await hintOf('resources/read', { uri: 'orders://7' })).toEqual([60_000, 'private']);
    expect(await hintOf('resources/list')).toEqual([300_000, 'public']);
  });

  it('tells those who have subscribed', async () => {
    interface Stock {
      tea: BehaviorSubject<object>;
      orderChanged(id: string): void;
    }
    const mcp = await page.serve('live');
    const { StockResources } = await page.import<{ StockResources: Type<Stock> }>('live');
    const stock = mcp.app.get(StockResources);
    for (const uri of ['stock://tea', 'orders://7']) await mcp.subscribeResource({ uri });
    stock.tea.next({ product: 'tea', left: 2 });
    expect(await mcp.nextNotification(UPDATED)).toMatchObject({ params: { uri: 'stock://tea' } });
    expect(textOf(await mcp.readResource({ uri: 'stock://tea' }))).toBe('{"product":"tea","left":2}');
    stock.orderChanged('7');
    expect(await mcp.nextNotification(UPDATED)).toMatchObject({ params: { uri: 'orders://7' } });
    expect(mcp.notifications).toHaveLength(2);
  });

  it('suggests values of variables', async () => {
    const mcp = await page.serve('complete');
    const { completion } = await mcp.complete({
      ref: { type: 'ref/resource', uri: 'city://{country}/{city}' },
      argument: { name: 'city', value: 'P' },
      context: { arguments: { country: 'fr' } },
    });
    expect(completion.values).toEqual(['Paris', 'Pau']);
  });

  it('has no block without a test', () => {
    expect(page.untested).toEqual([]);
  });
});
