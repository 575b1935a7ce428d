import { afterEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import {
  McpConfigurationError,
  McpPublic,
  McpRegistry,
  McpTool,
  McpToolset,
  type McpSseModuleOptions,
} from 'nestjs-mcp-sse';
import type { SdkClient } from '../clients/client-of-either-era.js';
import { HttpWireClient } from '../clients/http-wire-client.js';
import { ModernListener } from '../clients/modern-listener.js';
import { ModernWireClient } from '../clients/modern-wire-client.js';
import { WireClient } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { appPerTest } from '../fixtures/app-per-test.js';
import { listed } from '../fixtures/authorized.js';
import { anError, bootError } from '../fixtures/boot-error.js';
import { Billing, listedNames, Orders, Vault } from '../fixtures/large-set.js';
import { changed } from '../fixtures/listened.js';
import { nodesPerTest } from '../fixtures/nodes.js';
import { describeOnTransports } from '../fixtures/transports.js';
import { UserGuard } from '../fixtures/user.guard.js';

/** In no toolset, but for one of its tools. */
@Injectable()
class Common {
  @McpTool()
  health(): string {
    return 'fine';
  }

  @McpPublic()
  @McpToolset('orders')
  @McpTool()
  track(): string {
    return 'on its way';
  }
}

const providers = [Billing, Orders, Vault, Common];
const refusalOf = (request: Promise<unknown>) => request.catch((error: unknown) => error);

describeOnTransports('a client that picks toolsets', (connect) => {
  const answers = async (client: SdkClient) => ({
    tool: await refusalOf(client.callTool({ name: 'findOpenOrders' })),
    unknownTool: await refusalOf(client.callTool({ name: 'none' })),
    shared: await client.callTool({ name: 'sendInvoice' }),
  });

  it('sees their tools, resources and prompts, and what is in no toolset', async () => {
    const { client, registry } = await connect({ providers }, { toolsets: ['billing', ' billing', ''] });
    const names = ['hang', 'health', 'refund', 'sendInvoice', 'rates', 'remind'];
    expect(await listed(client)).toEqual(names);
    const { tool, unknownTool, shared } = await answers(client);
    expect((tool as Error).message).toBe((unknownTool as Error).message.replace('none', 'findOpenOrders'));
    expect(shared).toMatchObject({ content: [{ text: 'invoice' }] });
    registry.addTool({ name: 'credit', toolsets: ['billing'] }, () => 'credit');
    registry.addTool({ name: 'ship', toolsets: ['orders'] }, () => 'ship');
    expect(await listedNames(client)).toEqual(['credit', 'hang', 'health', 'refund', 'sendInvoice']);
  });

  it('learns which toolsets there are for it, if it picks another', async () => {
    const { client } = await connect({ providers }, { toolsets: ['vault', 'orders', 'bilng'] });
    const message =
      'Unknown toolsets "vault"; "bilng" in "toolsets" of the server\'s URL. The toolsets are: billing, orders.';
    for (const list of [() => client.listTools(), () => client.listPrompts()])
      expect(await refusalOf(list())).toMatchObject({
        code: -32602,
        message: expect.stringContaining(message),
        data: { toolsets: ['billing', 'orders'] },
      });
    expect(await refusalOf(client.callTool({ name: 'refund', arguments: { amount: 1 } }))).toMatchObject({
      code: -32602,
    });
  });
});

describeOnAdapters('the toolsets of a URL', (adapter) => {
  const { start } = appPerTest(adapter);
  const startNodes = nodesPerTest(adapter);
  const open: { disconnect(): void }[] = [];
  afterEach(() => {
    for (const listener of open.splice(0)) listener.disconnect();
  });

  const listedBy = async (client: { call(id: unknown, method: string): Promise<Record<string, any>> }) =>
    ((await client.call(9, 'tools/list'))['result'].tools as { name: string }[]).map(({ name }) => name);

  it.each(['toolsets=billing,orders', 'toolsets=billing&toolsets=orders', 'toolsets=billing%2C%20orders'])(
    'may be written as %s',
    async (query) => {
      const { url } = await start({ providers });
      const { result } = await new ModernWireClient(`${url}/mcp?${query}`).call('tools/list');
      expect(result.tools).toHaveLength(6);
    },
  );

  it('count for the changes that a client is told of, in both eras', async () => {
    const { url, app } = await start({ providers });
    const legacy = await WireClient.connect(`${url}/sse?toolsets=billing`);
    await legacy.initialize();
    const listen = async (id: string, query?: string) => {
      const lists = { toolsListChanged: true, promptsListChanged: true };
      const listener = await ModernListener.acknowledged(url, lists, { id, query });
      open.push(listener);
      return listener;
    };
    const all = await listen('all');
    const billing = await listen('billing', '?toolsets=billing');
    const registry = app.get(McpRegistry);
    registry.addPrompt({ name: 'ship', toolsets: ['orders'] }, () => 'ship');
    expect(await all.next()).toEqual(changed('prompts', 'all'));
    registry.addTool({ name: 'credit', toolsets: ['billing'] }, () => 'credit');
    expect(await billing.next()).toEqual(changed('tools', 'billing'));
    registry.removeTool('health');
    expect(await billing.next()).toEqual(changed('tools', 'billing'));
    for (let told = 0; told < 2; told++)
      expect(await legacy.message()).toMatchObject({ method: 'notifications/tools/list_changed' });
    expect(await listedBy(legacy)).toEqual(['credit', 'hang', 'refund', 'sendInvoice']);
    legacy.close();
  });

  it('stay those of the session: as it reconnects, and on another node when its own is killed', async () => {
    const [one, other] = await startNodes(2, { providers });
    const billing = ['hang', 'health', 'refund', 'sendInvoice'];
    const withoutStage = async (client: WireClient | HttpWireClient) =>
      (await listedBy(client)).filter((name) => [...billing, 'findOpenOrders', 'track'].includes(name));
    const sse = await WireClient.connect(`${one!.url}/sse?toolsets=billing`);
    await sse.initialize();
    const http = await HttpWireClient.connect(`${one!.url}/mcp?toolsets=billing`);
    expect(await withoutStage(sse)).toEqual(billing);
    const resume = (url: string) => WireClient.open(url, { 'last-event-id': sse.lastEventId });
    const resumed = await resume(`${one!.url}/sse`);
    expect(await resumed.sessionId()).toBe(await sse.sessionId());
    expect(await withoutStage(resumed)).toEqual(billing);
    one!.crash();
    for (const client of [sse, resumed]) client.close();
    const again = await WireClient.open(`${other!.url}/sse`, { 'last-event-id': resumed.lastEventId });
    expect(await again.sessionId()).toBe(await sse.sessionId());
    expect(await withoutStage(again)).toEqual(billing);
    expect(await withoutStage(new HttpWireClient(`${other!.url}/mcp`, http.headers))).toEqual(billing);
    again.close();
  });

  it('make no list public, which a cache could give to clients of another URL', async () => {
    const cache = { ttlMs: 1_000, scope: 'public' } as const;
    const { url } = await start({ providers: [Orders, Billing], options: { cache } });
    const client = new ModernWireClient(`${url}/mcp`);
    for (const method of ['tools/list', 'resources/list', 'prompts/list'])
      expect((await client.call(method)).result).toMatchObject({ cacheScope: 'private' });
    expect((await client.call('resources/templates/list')).result).toMatchObject({ cacheScope: 'public' });
    // Its content is the same for each URL that has it.
    expect((await client.call('resources/read', { uri: 'billing://rates' })).result).toMatchObject({
      cacheScope: 'public',
    });
  });
});

describe('the toolsets of a principal', () => {
  const { start } = appPerTest();
  const serve = async (toolsets: McpSseModuleOptions['toolsets']) => {
    const { url } = await start({ providers, options: { auth: 'app', guards: [UserGuard], toolsets } });
    return (user: string, query = '') => new ModernWireClient(`${url}/mcp${query}`, { 'x-user': user });
  };
  const namesFor = async (client: ModernWireClient) =>
    ((await client.call('tools/list')).result.tools as { name: string }[]).map(({ name }) => name);

  it('are a boundary: what they leave out is unknown, whatever the URL says', async () => {
    const as = await serve(({ tenant }) => (tenant === 'staff' ? undefined : [tenant ?? '']));
    expect(await namesFor(as('staff/ada'))).toHaveLength(6);
    expect(await namesFor(as('billing/bob'))).toEqual(['hang', 'health', 'refund', 'sendInvoice']);
    expect(await namesFor(as('none/eve'))).toEqual(['health']);
    const bob = as('billing/bob', '?toolsets=orders');
    // It has a tool that is in both.
    expect(await namesFor(bob)).toEqual(['health', 'sendInvoice']);
    const eve = as('none/eve', '?toolsets=orders');
    expect((await eve.call('tools/list')).error).toMatchObject({
      code: -32602,
      message: expect.stringContaining('Unknown toolset "orders"'),
      data: { toolsets: [] },
    });
    const unknown = (await eve.callTool('none')).error;
    for (const name of ['findOpenOrders', 'track', 'refund'])
      expect((await eve.callTool(name)).error).toEqual({ ...unknown, message: `Unknown tool: ${name}` });
    const missing = (await eve.call('resources/read', { uri: 'billing://none' })).error;
    expect((await eve.call('resources/read', { uri: 'billing://rates' })).error).toEqual(
      JSON.parse(JSON.stringify(missing).replaceAll('none', 'rates')),
    );
    expect((await eve.call('prompts/get', { name: 'remind' })).error).toMatchObject({ code: -32602 });
  });

  it.each([null, 'billing', {}, false])('refuse everything if the option returns %j', async (returned) => {
    const as = await serve(() => returned as never);
    expect((await as('bob').call('tools/list')).error).toMatchObject({ code: -32603 });
    expect((await as('bob').callTool('refund', { amount: 1 })).error).toMatchObject({ code: -32603 });
  });

  it('are checked at boot, as those of the decorator are', async () => {
    expect(await bootError({ options: { toolsets: ['billing'] as never } })).toEqual(
      anError(McpConfigurationError, '"toolsets" must be a function'),
    );
    for (const names of [[], ['a b'], ['ä'], ['a,b'], ['']]) {
      @McpToolset(...(names as [string]))
      class Misnamed {
        @McpTool()
        tool() {}
      }
      expect(await bootError({ providers: [Misnamed] })).toEqual(
        anError(McpConfigurationError, 'Misnamed', '@McpToolset() takes one or more names'),
      );
    }
    const cache = { ttlMs: 1, scope: 'public' } as const;
    const registered = startWithPublicRead(cache);
    expect(await registered).toEqual(anError(McpConfigurationError, '"toolsets" decides who may read it'));
  });

  async function startWithPublicRead(cache: { ttlMs: number; scope: 'public' }): Promise<unknown> {
    const { app } = await start({ options: { toolsets: () => [] } });
    try {
      app.get(McpRegistry).addResource({ name: 'a', uri: 'a://a', toolsets: ['a'], cache }, () => 'a');
      return undefined;
    } catch (error) {
      return error;
    }
  }
});
