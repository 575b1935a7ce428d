import { describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { McpApp, McpRegistry, McpScopes, McpTool, type McpSseModuleOptions } from 'nestjs-mcp-sse';
import { ModernListener } from '../clients/modern-listener.js';
import { ModernWireClient } from '../clients/modern-wire-client.js';
import { TaskWireClient } from '../clients/task-wire-client.js';
import { appPerTest } from '../fixtures/app-per-test.js';
import { Billing, Catalogue, Orders, Vault } from '../fixtures/large-set.js';
import { changed } from '../fixtures/listened.js';
import { metered } from '../fixtures/metered.js';
import { Scrape } from '../fixtures/scrape.js';
import { TestPolicy } from '../fixtures/test.policy.js';
import { UserGuard } from '../fixtures/user.guard.js';

const APPS = 'io.modelcontextprotocol/ui';

interface FoundTool {
  readonly name: string;
  readonly description?: string;
}

const search = async (client: ModernWireClient, query?: string) =>
  (await client.callTool('search_tools', { query })).result.structuredContent as {
    tools: FoundTool[];
    note?: string;
  };
const namesOf = (tools: readonly FoundTool[]) => tools.map(({ name }) => name);
const list = async (client: ModernWireClient) =>
  (await client.call('tools/list')).result as { tools: (FoundTool & { annotations: object })[] };

describe('a search of tools', () => {
  const { start } = appPerTest();
  const providers = [Catalogue, Billing, Orders, Vault];
  const guarded: Partial<McpSseModuleOptions> = { auth: 'app', guards: [UserGuard] };
  const clientOf = (url: string, user = 'ada', query = '') =>
    new ModernWireClient(`${url}/mcp${query}`, { 'x-user': user });

  it('ranks what the caller may see as if nothing else existed, and names nothing else', async () => {
    const policy = new TestPolicy();
    const isHidden = (name: string) => /banner|basket|refund|Invoice/.test(name);
    policy.decide = ({ name }, { subject }) => subject === 'boss' || !isHidden(name);
    const toolSearch = { maxResults: 20 };
    const [whole, part] = [
      await start({ providers, options: { ...guarded, policy, toolSearch } }),
      await start({ providers, options: { ...guarded, toolSearch } }),
    ];
    const registry = part.app.get(McpRegistry);
    for (const { name } of registry.tools.filter((tool) => isHidden(tool.name))) registry.removeTool(name);
    const client = clientOf(whole.url);
    const queries = [
      'create a banner',
      'refund',
      'basket',
      'update',
      'import things',
      'invoice',
      'zirconium',
      undefined,
    ];
    const bossSees: string[] = [];
    for (const query of queries) {
      const result = await search(client, query);
      expect(result).toEqual(await search(clientOf(part.url), query));
      expect(namesOf(result.tools).filter(isHidden)).toEqual([]);
      bossSees.push(...namesOf((await search(clientOf(whole.url, 'boss'), query)).tools));
    }
    expect(bossSees).toEqual(expect.arrayContaining(['create_banner', 'refund', 'sendInvoice']));
    // Whatever the caller asks for, the policy is asked the same.
    const asked = async (query: string) => {
      policy.asked.length = 0;
      await search(client, query);
      return policy.asked.length;
    };
    expect(await asked('create_banner')).toBe(await asked('create_nothing'));
  });

  it('weighs words by how rare they are among what the caller may see', async () => {
    const policy = new TestPolicy();
    policy.decide = ({ name }, { subject }) => subject === 'boss' || !name.startsWith('hidden');
    const { app, url } = await start({ options: { ...guarded, policy, toolSearch: { above: 0 } } });
    const registry = app.get(McpRegistry);
    for (const word of ['apple', 'zebra'])
      registry.addTool({ name: `of_${word}`, description: `About one ${word}` }, () => word);
    for (let index = 0; index < 50; index++)
      registry.addTool({ name: `hidden${index}`, description: 'About one apple' }, () => 'hidden');
    const first = async (user: string) => (await search(clientOf(url, user), 'apple zebra')).tools[0]!.name;
    // Equal for one who sees both alone. Who sees many apples learns more from a zebra.
    expect([await first('ada'), await first('boss')]).toEqual(['of_apple', 'of_zebra']);
  });

  it('heeds toolsets, of the URL and of the principal', async () => {
    const toolsets: McpSseModuleOptions['toolsets'] = ({ tenant }) =>
      tenant === undefined ? undefined : [tenant];
    const { url } = await start({
      providers: [Billing, Orders, Vault],
      options: { ...guarded, toolSearch: { above: 0 }, toolsets },
    });
    const every = namesOf((await search(clientOf(url))).tools);
    expect(every).toEqual(['findOpenOrders', 'hang', 'refund', 'sendInvoice']);
    for (const client of [clientOf(url, 'ada', '?toolsets=billing'), clientOf(url, 'billing/bob')]) {
      expect(namesOf((await search(client)).tools)).toEqual(['hang', 'refund', 'sendInvoice']);
      expect((await search(client, 'orders findOpenOrders')).tools).toEqual([]);
      const [, searchTool] = (await list(client)).tools;
      expect(searchTool!.description).toMatch(/There are 3 tools.* Toolsets: billing, orders\./);
    }
  });

  it('says honestly what a call may do: as much as the worst tool that the caller sees', async () => {
    const { url } = await start({ providers: [Orders, Billing], options: { toolSearch: { above: 1 } } });
    const worst = async (query: string) => (await list(clientOf(url, 'ada', query))).tools[0];
    expect(await worst('?toolsets=orders')).toMatchObject({
      name: 'call_tool',
      annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
    });
    expect(await worst('?toolsets=billing')).toMatchObject({
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false },
    });
  });

  it('returns few tools of limited size, the best first, and says how many more match', async () => {
    const { app, url } = await start({
      providers: [Catalogue],
      options: { toolSearch: { maxResults: 3, maxBytes: 1_000 } },
    });
    const client = clientOf(url);
    const banners = await search(client, 'banners');
    expect(banners.tools).toHaveLength(3);
    expect(banners.note).toBe('7 more match. Name what you need more exactly to see them.');
    expect(namesOf((await search(client, 'tag_city, merge_city list_city create_city')).tools)).toEqual([
      'tag_city',
      'merge_city',
      'list_city',
    ]);
    const description = `Zeppelin ${'x'.repeat(900)}`;
    for (const name of ['zeppelin_a', 'zeppelin_b'])
      app.get(McpRegistry).addTool({ name, description }, () => name);
    const large = await search(client, 'zeppelin');
    expect([namesOf(large.tools), large.note]).toEqual([['zeppelin_a'], expect.stringContaining('1 more')]);
    expect(await search(client, 'flamingo')).toEqual({
      tools: [],
      note: expect.stringContaining('No tool matches.'),
    });
    const direct = await client.callTool('search_tools', { query: 'x'.repeat(501) });
    expect(direct.result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('query') }],
    });
  });

  it('asks for the scopes of a tool that is called through another, as of the tool itself', async () => {
    @Injectable()
    class Scoped {
      @McpScopes('orders:write')
      @McpTool()
      cancel(): string {
        return 'cancelled';
      }
    }
    const { url } = await start({ providers: [Scoped], options: { ...guarded, toolSearch: {} } });
    const client = clientOf(url);
    const direct = await client.post('tools/call', { name: 'cancel' });
    const through = await client.post('tools/call', { name: 'call_tool', arguments: { name: 'cancel' } });
    expect([direct.status, through.status]).toEqual([403, 403]);
    expect(through.headers['www-authenticate']).toBe(direct.headers['www-authenticate']);
    expect(namesOf((await search(client)).tools)).toEqual([]);
  });

  it('lists tools whose arguments clients repeat in headers, as they need their schemas', async () => {
    const { app, url } = await start({ providers: [Catalogue], options: { toolSearch: {} } });
    const region = { type: 'string', 'x-mcp-header': 'Region' };
    const input = { type: 'object', properties: { region } } as const;
    app.get(McpRegistry).addTool({ name: 'regional', input }, ({ region: of }) => `in ${String(of)}`);
    const client = clientOf(url);
    expect(namesOf((await list(client)).tools)).toEqual(['call_tool', 'regional', 'search_tools']);
    const params = { name: 'call_tool', arguments: { name: 'regional', arguments: { region: 'eu' } } };
    expect((await client.call('tools/call', params)).error).toMatchObject({ code: -32020 });
    const answer = await client.call('tools/call', params, { 'mcp-param-region': 'eu' });
    expect(answer.result).toMatchObject({ content: [{ text: 'in eu' }] });
  });

  it('lists the tools of apps where clients show them, and lets no model reach those for apps alone', async () => {
    @Injectable()
    class Charts {
      @McpTool({ ui: 'ui://charts/sales', description: 'Draws the sales' })
      drawSales(): string {
        return 'drawn';
      }

      @McpApp({ uri: 'ui://charts/sales' })
      sales(): string {
        return '<p>Sales</p>';
      }

      @McpTool({ ui: 'ui://charts/sales', visibility: ['app'], description: 'Refreshes the sales' })
      refreshSales(): string {
        return 'fresh';
      }
    }
    const { url } = await start({ providers: [Catalogue, Charts], options: { toolSearch: {} } });
    const client = clientOf(url);
    const extensions = { [APPS]: { mimeTypes: ['text/html;profile=mcp-app'] } };
    const meta = { 'io.modelcontextprotocol/clientCapabilities': { extensions } };
    const listedTo = async (params: object) => (await client.call('tools/list', params)).result.tools;
    expect(namesOf(await listedTo({}))).toEqual(['call_tool', 'search_tools']);
    const shown = await listedTo({ _meta: meta });
    expect(namesOf(shown)).toEqual(['call_tool', 'drawSales', 'refreshSales', 'search_tools']);
    expect(shown[1]['_meta'].ui).toEqual({ resourceUri: 'ui://charts/sales' });
    expect(shown[3].description).toContain('There are 301 tools');
    const call = (name: string, args: object) =>
      client.call('tools/call', { name, arguments: args, _meta: meta });
    const { result } = await call('search_tools', { query: 'refreshSales drawSales' });
    expect(namesOf(result.structuredContent.tools)).toEqual(['drawSales']);
    expect((await call('refreshSales', {})).result).toMatchObject({ content: [{ text: 'fresh' }] });
    expect((await call('call_tool', { name: 'refreshSales' })).error).toMatchObject({
      code: -32602,
      message: 'Unknown tool: refreshSales',
    });
  });

  it('begins the task of a tool that is one', async () => {
    @Injectable()
    class Reports {
      @McpTool({ task: 'required' })
      report(): string {
        return 'the report';
      }
    }
    const { url } = await start({ providers: [Reports], options: { toolSearch: { above: 0 } } });
    const tasks = new TaskWireClient(`${url}/mcp`);
    const { result } = await tasks.callTool('call_tool', { name: 'report' });
    expect(result).toMatchObject({ resultType: 'task' });
    expect(await tasks.ended(result.taskId)).toMatchObject({
      status: 'completed',
      result: { content: [{ text: 'the report' }] },
    });
  });

  it('begins and ends as the number of tools passes the limit, and clients are told', async () => {
    const { app, url } = await start({ providers: [Orders], options: { toolSearch: { above: 2 } } });
    const client = clientOf(url);
    const listener = await ModernListener.acknowledged(url, { toolsListChanged: true });
    expect(namesOf((await list(client)).tools)).toEqual(['findOpenOrders', 'sendInvoice']);
    app.get(McpRegistry).addTool({ name: 'ship' }, () => 'shipped');
    expect(await listener.next()).toEqual(changed('tools'));
    expect(namesOf((await list(client)).tools)).toEqual(['call_tool', 'search_tools']);
    expect(namesOf((await search(client, 'ship')).tools)).toEqual(['ship']);
    app.get(McpRegistry).removeTool('ship');
    expect(await listener.next()).toEqual(changed('tools'));
    expect(namesOf((await list(client)).tools)).toEqual(['findOpenOrders', 'sendInvoice']);
    expect((await search(client, 'ship')).tools).toEqual([]);
    listener.disconnect();
  });

  it('pages what is listed, and lets caches share it if all see the same', async () => {
    const { url } = await start({
      providers: [Catalogue],
      options: {
        toolSearch: { pinned: ['tag_city'] },
        limits: { pageSize: 2 },
        cache: { ttlMs: 1_000, scope: 'public' },
      },
    });
    const client = clientOf(url);
    const { result } = await client.call('tools/list');
    expect(result).toMatchObject({
      tools: [{ name: 'call_tool' }, { name: 'search_tools' }],
      cacheScope: 'public',
    });
    const next = await client.call('tools/list', { cursor: result.nextCursor });
    expect(namesOf(next.result.tools)).toEqual(['tag_city']);
    expect(next.result.nextCursor).toBeUndefined();
  });

  it('is counted by the name of the tool called', async () => {
    const { url } = await start(metered({ options: { toolSearch: {} } }));
    const client = clientOf(url);
    for (const name of ['work', 'unknown']) await client.callTool('call_tool', { name });
    await search(client, 'work');
    const scrape = await Scrape.of(url);
    const count = (name: string) => scrape.sum('mcp_requests_total', { method: 'tools/call', name });
    expect(['work', '(unknown)', 'search_tools', 'call_tool'].map(count)).toEqual([1, 1, 1, undefined]);
  });
});
