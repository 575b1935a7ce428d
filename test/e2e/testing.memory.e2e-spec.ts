import { describe, expect, it } from '@jest/globals';
import { type DynamicModule } from '@nestjs/common';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { McpRegistry, McpSessionService, McpSseModule } from 'nestjs-mcp-sse';
import { McpTestClient, textOf } from 'nestjs-mcp-sse/testing';
import { memoryClientPerTest } from '../fixtures/memory-client.js';
import { Prices, Shop, ShopModule } from '../fixtures/shop.js';

const connect = memoryClientPerTest();

describe.each(['legacy', 'modern'] as const)('the client in memory, in the %s era', (era) => {
  it('calls tools, reads resources, gets prompts and completes arguments', async () => {
    const mcp = await connect({ era });
    expect(mcp.getServerVersion()).toMatchObject({ name: 'shop', version: '1.0.0' });
    expect((await mcp.listTools()).tools.map(({ name }) => name)).toContain('price');
    expect(textOf(await mcp.callTool({ name: 'price', arguments: { amount: 2 } }))).toBe('6 for anonymous');
    expect(textOf(await mcp.readResource({ uri: 'shop://menu' }))).toBe('tea');
    expect(textOf(await mcp.getPrompt({ name: 'recommend', arguments: { meal: 'lunch' } }))).toBe(
      'What is good for lunch?',
    );
    const ref = { type: 'ref/prompt' as const, name: 'recommend' };
    const { completion } = await mcp.complete({ ref, argument: { name: 'meal', value: 'l' } });
    expect(completion.values).toEqual(['lunch']);
    expect(await mcp.ping()).toEqual({});
  });

  it('validates arguments, and answers unknown tools with an error', async () => {
    const mcp = await connect({ era });
    const result = await mcp.callTool({ name: 'price', arguments: { amount: 0 } });
    expect(() => textOf(result)).toThrow('amount must not be less than 1');
    await expect(mcp.callTool({ name: 'none' })).rejects.toThrow('Unknown tool: none');
  });

  it('runs the guards of a handler with the headers, the parameters and the principal', async () => {
    const mcp = await connect({
      era,
      headers: { 'X-Shop': 'open' },
      params: { tenant: 'acme' },
      principal: { subject: 'ada' },
    });
    expect(textOf(await mcp.callTool({ name: 'enter' }))).toBe(`${era} stdio acme`);
    const other = await McpTestClient.inMemory(mcp.app, { era });
    const refused = await other.callTool({ name: 'enter' });
    expect(() => textOf(refused)).toThrow('The shop is closed.');
    await other.close();
  });

  it('shows each principal what its roles permit', async () => {
    const mcp = await connect({ era, principal: { subject: 'grace', roles: ['manager'] } });
    const clerk = await McpTestClient.inMemory(mcp.app, { era, principal: { subject: 'ada' } });
    expect(textOf(await mcp.callTool({ name: 'raise' }))).toBe('raised');
    expect((await clerk.listTools()).tools.map(({ name }) => name)).not.toContain('raise');
    await expect(clerk.callTool({ name: 'raise' })).rejects.toThrow('Unknown tool: raise');
    await clerk.close();
    expect(textOf(await mcp.callTool({ name: 'price' }))).toBe('3 for grace');
  });

  it('answers the questions of a handler', async () => {
    const mcp = await connect({ era, capabilities: { elicitation: {}, sampling: {}, roots: {} } });
    mcp.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: { size: 3 } }));
    mcp.setRequestHandler(CreateMessageRequestSchema, () => ({
      role: 'assistant',
      model: 'test',
      content: { type: 'text', text: 'thanks' },
    }));
    mcp.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: 'file:///shop' }] }));
    const runs = era === 'legacy' ? 1 : 4;
    expect(textOf(await mcp.callTool({ name: 'order' }))).toBe(`3, thanks, file:///shop, ${runs} runs`);
  });

  it('says which capability is missing', async () => {
    const mcp = await connect({ era });
    const asked = mcp.callTool({ name: 'order' }).then(textOf);
    await expect(asked).rejects.toThrow('The client did not declare the capability "elicitation"');
  });

  it('hears of progress, logs and changes of lists', async () => {
    const mcp = await connect({ era });
    await mcp.setLoggingLevel('info');
    const reported: unknown[] = [];
    await mcp.callTool({ name: 'price' }, undefined, { onprogress: (report) => reported.push(report) });
    expect(reported).toEqual([{ progress: 1, total: 1 }]);
    expect(await mcp.nextNotification('notifications/message')).toMatchObject({
      params: { data: 'looking' },
    });
    mcp.app.get(McpRegistry).addTool({ name: 'added' }, () => 'added');
    await mcp.nextNotification('notifications/tools/list_changed');
    expect(textOf(await mcp.callTool({ name: 'added' }))).toBe('added');
  });

  it('subscribes to a resource until it unsubscribes', async () => {
    const mcp = await connect({ era });
    const service = mcp.app.get(McpSessionService);
    await mcp.subscribeResource({ uri: 'shop://menu' });
    service.resourceUpdated('shop://menu');
    expect(await mcp.nextNotification()).toMatchObject({ params: { uri: 'shop://menu' } });
    await mcp.unsubscribeResource({ uri: 'shop://menu' });
    service.resourceUpdated('shop://menu');
    await expect(mcp.subscribeResource({ uri: 'shop://none' })).rejects.toThrow(/not found/i);
    expect(mcp.notifications).toHaveLength(1);
  });

  it('cancels a call', async () => {
    const mcp = await connect({ era });
    const cancellation = new AbortController();
    const waiting = mcp.callTool({ name: 'wait' }, undefined, { signal: cancellation.signal });
    await mcp.callTool({ name: 'price' });
    cancellation.abort('enough');
    await expect(waiting).rejects.toThrow('enough');
    expect(await mcp.app.get(Shop).aborted).toMatchObject({ message: 'enough' });
  });

  it('aborts what is in flight when it is closed', async () => {
    const client = await McpTestClient.inMemory(ShopModule, { era });
    const shop = client.app.get(Shop);
    const waiting = client.callTool({ name: 'wait' }).catch((error: Error) => error.message);
    await client.callTool({ name: 'price' });
    await client.close();
    expect(await waiting).toContain('Connection closed');
    expect(await shop.aborted).toBeInstanceOf(Error);
  });

  it('gives each call a request of its own', async () => {
    const mcp = await connect({ era });
    expect(textOf(await mcp.callTool({ name: 'count' }))).toBe('1');
    expect(textOf(await mcp.callTool({ name: 'count' }))).toBe('1');
  });

  it('gives providers of each request its headers', async () => {
    const mcp = await connect({ era, headers: { 'x-till': '7' } });
    expect(textOf(await mcp.callTool({ name: 'ring' }))).toBe('rung at 7');
  });

  it('refuses a message that is too large', async () => {
    const module = { module: class Small {}, imports: [small()], providers: [Prices, Shop] };
    const mcp = await connect({ era }, module);
    const call = mcp.callTool({ name: 'price', arguments: { note: 'x'.repeat(2_000) } });
    await expect(call).rejects.toThrow('more than the 1024 of "limits.maxMessageBytes"');
  });
});

function small(): DynamicModule {
  return McpSseModule.forRoot({
    name: 'small',
    version: '1.0.0',
    auth: 'app',
    limits: { maxMessageBytes: 1_024 },
  });
}
