import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import type { McpSseModuleOptions } from 'nestjs-mcp-sse';
import { resolveOptions } from '../../libs/mcp-sse/src/mcp-sse.defaults.js';
import { initialize, rpc } from '../clients/http-wire-client.js';
import { ModernWireClient } from '../clients/modern-wire-client.js';
import { usePage } from '../fixtures/page.js';
import { tableRows } from '../fixtures/page-table.js';
import { startModule } from '../fixtures/start-app.js';

const page = usePage('docs/large-sets.md');

interface Result {
  readonly tools: { readonly name: string }[];
}

describe('the page about large sets of tools', () => {
  const clientOf = (url: URL | string, path: string) => new ModernWireClient(new URL(path, url).href);
  const names = async (client: ModernWireClient) =>
    ((await client.call('tools/list')).result as Result).tools.map(({ name }) => name);
  const moduleOf = async (id: string, name: string) => {
    await Promise.all(['toolset', 'orders'].map((block) => page.import(block)));
    return (await page.import<Record<string, new () => object>>(id))[name]!;
  };

  it('lists few tools, finds the others, and calls what it found', async () => {
    const mcp = await page.start(await moduleOf('module', 'AppModule'));
    const client = clientOf(mcp.url, '/mcp');
    expect(await names(client)).toEqual(['call_tool', 'findOrders', 'search_tools']);
    const { result } = await client.call('tools/call', JSON.parse(page.code('search')));
    expect(result.structuredContent).toEqual(JSON.parse(page.code('found')));
    const called = await client.call('tools/call', JSON.parse(page.code('call')));
    expect(called.result.content).toEqual([{ type: 'text', text: 'Paid 500 back' }]);
    const { result: none } = await client.callTool('search_tools', { query: 'erase' });
    expect(none.structuredContent.tools).toEqual([]);
  });

  it('serves a URL with search and one without', async () => {
    const running = await startModule(await moduleOf('two-servers', 'BothModule'));
    expect(await names(clientOf(running.url, '/mcp'))).toHaveLength(4);
    expect(await names(clientOf(running.url, '/search/mcp'))).toEqual(['call_tool', 'search_tools']);
    await running.close();
  });

  it('lets the URL pick toolsets, and names those that there are', async () => {
    const mcp = await page.start(await moduleOf('module', 'AppModule'));
    const [http, sse] = page.code('urls').trim().split('\n');
    const { search, pathname } = new URL(http!);
    expect(await names(clientOf(mcp.url, pathname + search))).toEqual(['isOpen', 'refund', 'sendInvoice']);
    expect(new URL(sse!).searchParams.get('toolsets')).toBe('billing,orders');
    const { error } = await clientOf(mcp.url, '/mcp?toolsets=bilng').call('tools/list');
    expect(page.code('errors')).toContain(error.message);
  });

  it('serves the toolsets over stdio that the environment names', async () => {
    await moduleOf('module', 'AppModule');
    const { main } = await page.import<{ main: () => Promise<void> }>('stdio');
    const [stdin, stdout] = [new PassThrough(), new PassThrough()];
    const own = (['stdin', 'stdout'] as const).map((name) => Object.getOwnPropertyDescriptor(process, name)!);
    process.env['MCP_TOOLSETS'] = 'orders';
    Object.defineProperties(process, {
      stdin: { configurable: true, value: stdin },
      stdout: { configurable: true, value: stdout },
    });
    stdin.end([initialize(), rpc(1, 'tools/list')].map((message) => `${JSON.stringify(message)}\n`).join(''));
    await main();
    Object.defineProperties(process, { stdin: own[0]!, stdout: own[1]! });
    delete process.env['MCP_TOOLSETS'];
    const listed = JSON.parse(String(stdout.read()).trim().split('\n').at(-1)!).result as Result;
    expect(listed.tools.map(({ name }) => name)).toEqual(['findOrders', 'isOpen', 'sendInvoice']);
  });

  it('gives each principal their toolsets', async () => {
    const { toolsets } = await page.import<Pick<McpSseModuleOptions, 'toolsets'>>('principal');
    const mcp = await page.serve('toolset', {}, { toolsets });
    expect(await names(clientOf(mcp.url, '/mcp'))).toEqual(['sendInvoice']);
  });

  it('has a table of options with their defaults', () => {
    const defaults = tableRows('docs/large-sets.md', 'How do I offer hundreds of tools?');
    expect(defaults.map(([option, value]) => [option, value])).toEqual([
      ['above', '40'],
      ['pinned', 'none'],
      ['maxResults', '5'],
      ['maxBytes', '32768'],
    ]);
    const { toolSearch } = resolveOptions({ name: 'shop', version: '1.0.0', toolSearch: {} });
    expect(toolSearch).toEqual({ above: 40, pinned: [], maxResults: 5, maxBytes: 32_768 });
  });

  it('has no block that was not tested', () => {
    expect(page.untested).toEqual([]);
  });
});
