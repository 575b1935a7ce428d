import { describe, expect, it } from '@jest/globals';
import type { Type } from '@nestjs/common';
import { textOf, type McpTestClient } from 'nestjs-mcp-sse/testing';
import { ModernWireClient } from '../clients/modern-wire-client.js';
import { userHeaders } from '../fixtures/header-user.guard.js';
import { usePage } from '../fixtures/page.js';

const page = usePage('docs/tools.md');
const ADA = { headers: userHeaders('ada') };

describe('the page about tools', () => {
  it('turns a method into a tool', async () => {
    const mcp = await page.serve('tool');
    expect((await mcp.listTools()).tools).toEqual([
      {
        name: 'findOrders',
        description: 'Finds the orders of a customer',
        inputSchema: expect.objectContaining({
          properties: { customer: { type: 'string' } },
          required: ['customer'],
        }),
      },
    ]);
    const found = { orders: ['A-17 of Ada'] };
    const result = await mcp.callTool({ name: 'findOrders', arguments: { customer: 'Ada' } });
    expect(result).toEqual({
      content: [{ type: 'text', text: JSON.stringify(found) }],
      structuredContent: found,
    });
  });

  it('describes arguments by a class, and names invalid ones', async () => {
    const mcp = await page.serve('dto');
    const [tool] = (await mcp.listTools()).tools;
    expect(tool!.inputSchema).toMatchObject({
      properties: { email: { format: 'email', examples: ['ada@example.com'] }, delivery: {} },
      required: ['email', 'lines'],
    });
    const place = async (args: Record<string, unknown>) =>
      mcp.callTool({ name: 'placeOrder', arguments: { email: 'ada@example.com', ...args } });
    expect(textOf(await place({ lines: [{ product: 'tea' }] }))).toBe('1 × tea');
    const wrong = await place({ email: 'ada', lines: [{ product: 'tea', quantity: 0 }] });
    expect(wrong).toEqual({
      content: [{ type: 'text', text: page.code('invalid-arguments').trim() }],
      isError: true,
    });
    for (const line of [
      { product: 'tea', quantity: '2' },
      { product: 'tea', gift: true },
    ])
      expect(await place({ lines: [line] })).toMatchObject({ isError: true });
  });

  it('mirrors arguments in headers, and refuses calls whose headers differ', async () => {
    const mcp = await page.serve('headers');
    const [tool] = (await mcp.listTools()).tools;
    expect(tool!.inputSchema.properties).toMatchObject({
      region: { 'x-mcp-header': 'Region' },
      year: { 'x-mcp-header': 'Year' },
    });
    const args = { region: 'eu' };
    expect(textOf(await mcp.callTool({ name: 'report', arguments: args }))).toBe('eu in all years');
    const call = async (region: string) => {
      const client = new ModernWireClient(new URL('/mcp', mcp.url).href);
      const params = { name: 'report', arguments: args };
      const { status, body } = await client.post('tools/call', params, { 'mcp-param-region': region });
      return { status, ...(JSON.parse(body) as object) };
    };
    expect(await call('eu')).toMatchObject({
      status: 200,
      result: { content: [{ text: 'eu in all years' }] },
    });
    expect(await call('us')).toMatchObject({ status: 400, error: { code: -32020 } });
  });

  it('takes schemas of zod and JSON Schema', async () => {
    const mcp = await page.serve('schemas');
    const { tools } = await mcp.listTools();
    expect(tools[0]).toMatchObject({ outputSchema: { properties: { cents: { type: 'integer' } } } });
    const call = (name: string, args: Record<string, unknown>) => mcp.callTool({ name, arguments: args });
    expect(await call('invoiced', { year: 2026 })).toMatchObject({ structuredContent: { cents: 202_600 } });
    expect(await call('invoiced', { year: 1 })).toMatchObject({ isError: true });
    expect(textOf(await call('openInvoice', { number: 'R-7' }))).toBe('opened R-7');
    expect(await call('openInvoice', { number: '7' })).toMatchObject({ isError: true });
  });

  it('describes how return values become results', async () => {
    const mcp = await page.serve('results');
    const results = await Promise.all(
      ['text', 'object', 'list', 'image', 'link', 'nothing'].map((name) => mcp.callTool({ name })),
    );
    expect(results).toMatchObject([
      { content: [{ type: 'text', text: 'as it is' }] },
      { content: [{ type: 'text', text: '{"total":3}' }], structuredContent: { total: 3 } },
      { content: [{ type: 'text', text: '[1,2]' }] },
      { content: [{ type: 'image', mimeType: 'image/png' }] },
      { content: [{ type: 'resource_link', uri: 'orders://17' }] },
      { content: [] },
    ]);
  });

  it.each(['generated', 'observed', 'awaited'])('reports progress that is %s', async (name) => {
    const mcp = await page.serve('progress');
    const messages: unknown[] = [];
    const onprogress = ({ message }: { message?: string }) => void messages.push(message);
    const result = await mcp.callTool({ name }, undefined, { onprogress });
    expect(textOf(result)).toBe('imported 3 rows');
    expect(messages).toEqual(['row 1', 'row 2', 'row 3']);
    expect(textOf(await mcp.callTool({ name }))).toBe('imported 3 rows');
  });

  it('stops when the client cancels', async () => {
    const mcp = await page.serve('progress');
    const { ImportTools } = await page.import<{ ImportTools: Type<{ stopped: string[] }> }>('progress');
    const cancel = new AbortController();
    const call = mcp.callTool({ name: 'patient' }, undefined, { signal: cancel.signal }).catch(String);
    await mcp.nextNotification('notifications/message');
    cancel.abort('enough');
    expect(await call).toContain('enough');
    await mcp.ping();
    expect(mcp.app.get(ImportTools).stopped).toEqual(['patient']);
  });

  it('separates errors for models from protocol errors, and masks all others', async () => {
    const mcp = await page.serve('failing');
    mcp.app.useLogger(false);
    expect(await mcp.callTool({ name: 'refund' })).toEqual({
      content: [{ type: 'text', text: 'This order is refunded already.' }],
      isError: true,
    });
    const masked = await mcp.callTool({ name: 'breakDown' });
    expect(() => textOf(masked)).toThrow(/^Internal error \(correlation id [\w-]{36}\)$/);
    await expect(mcp.callTool({ name: 'refuse' })).rejects.toMatchObject({
      code: -32050,
      data: { until: 'Monday' },
    });
  });

  it('runs guards with the call', async () => {
    const mcp = await page.serve('guard', ADA);
    const remove = (path: string) => mcp.callTool({ name: 'deleteFile', arguments: { path } });
    expect(textOf(await remove('/home/ada/notes'))).toBe('deleted /home/ada/notes');
    expect(await remove('/home/bob/notes')).toMatchObject({ isError: true });
  });

  it('takes parameters in any order', async () => {
    const mcp = await page.serve('parameters', { headers: { ...ADA.headers, 'x-room': 'library' } });
    const result = await mcp.callTool({ name: 'say', arguments: { text: 'hush' } });
    expect(textOf(result)).toBe('ada in library over streamable-http: HUSH');
  });

  it('adds and removes tools at run time, for those who may see them', async () => {
    interface Plugins {
      install(name: string): void;
      uninstall(name: string): boolean;
    }
    const editor = await page.serve('run-time', { headers: userHeaders('ada', ['editor']) });
    const reader = await page.connect(editor.url, { headers: userHeaders('bob') });
    const { PluginsService } = await page.import<{ PluginsService: Type<Plugins> }>('run-time');
    const plugins = editor.app.get(PluginsService);

    plugins.install('parrot');
    await editor.nextNotification('notifications/tools/list_changed');
    const result = await editor.callTool({ name: 'parrot', arguments: { text: 'hello' } });
    expect(textOf(result)).toBe('parrot says hello to ada');
    expect((await reader.listTools()).tools).toEqual([]);
    expect(plugins.uninstall('parrot')).toBe(true);
    await editor.nextNotification('notifications/tools/list_changed');
    expect(reader.notifications).toEqual([]);
  });

  it('serves several servers', async () => {
    const { ServersModule } = await page.import<{ ServersModule: Type }>('servers');
    const mcp = await page.start(ServersModule);
    const staff = await page.connect(mcp.url.replace('/mcp', '/staff/mcp'));
    const namesOf = async (client: McpTestClient) => (await client.listTools()).tools.map(({ name }) => name);
    expect(await namesOf(mcp)).toEqual(['openingHours']);
    expect(await namesOf(staff)).toEqual(['cancel', 'openingHours']);
    expect(textOf(await mcp.callTool({ name: 'openingHours' }))).toBe('9 to 5, 2 tools for staff');
  });

  it('has no block without a test', () => {
    expect(page.untested).toEqual([]);
  });
});
