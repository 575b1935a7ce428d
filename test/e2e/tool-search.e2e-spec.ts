import { expect, it } from '@jest/globals';
import { Billing, Catalogue, found, Orders, Vault } from '../fixtures/large-set.js';
import { describeOnTransports } from '../fixtures/transports.js';

describeOnTransports('a server with 300 tools', (connect, _transport, era) => {
  const providers = [Catalogue, Billing, Orders, Vault];

  it('lists few tools, finds the others, and calls them through one as if by their own names', async () => {
    const { client, audit } = await connect(
      { providers, options: { toolSearch: { pinned: ['refund', 'findOpenOrders'] } } },
      {
        capabilities: { elicitation: {} },
        prepare: (client) =>
          client.setRequestHandler('elicitation/create', () => ({ action: 'accept', content: {} })),
      },
    );
    const entries: object[] = [];
    audit.events$.subscribe(({ type, name, via, outcome, arguments: args }) =>
      entries.push({ type, name, via, outcome, args }),
    );
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['call_tool', 'findOpenOrders', 'refund', 'search_tools']);
    expect(tools[0]).toMatchObject({
      title: 'Call a tool',
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
    });
    expect(tools[3]).toMatchObject({ title: 'Search tools', annotations: { readOnlyHint: true } });
    expect(tools[3]!.description).toContain('There are 304 tools');

    const { tools: matches } = await found(client, 'Please give the customer their money back');
    expect(matches[0]).toMatchObject({
      name: 'refund',
      title: 'Pay money back',
      inputSchema: { properties: { amount: { description: 'In cents of the euro' } }, required: ['amount'] },
    });

    const call = (name: unknown, args?: unknown) =>
      client.callTool({ name: 'call_tool', arguments: { name, arguments: args } });
    const progress: number[] = [];
    const refund = await client.callTool(
      { name: 'call_tool', arguments: { name: 'refund', arguments: { amount: 5 } } },
      { onprogress: ({ progress: done }) => void progress.push(done) },
    );
    expect(refund.structuredContent).toEqual({ refunded: 5 });
    expect(progress).toContain(1);
    const direct = await client.callTool({ name: 'refund', arguments: { amount: -1 } });
    expect(direct.isError).toBe(true);
    expect(await call('refund', { amount: -1 })).toEqual(direct);
    expect(await call('hang')).toEqual(await client.callTool({ name: 'hang' }));
    expect(await call('create_banner')).toMatchObject({ content: [{ text: 'create banner' }] });
    expect(await client.callTool({ name: 'create_banner' })).toMatchObject({
      content: [{ text: 'create banner' }],
    });
    for (const [name, args] of [[undefined], ['refund', '{"amount":1}'], ['refund', []], ['refund', null]])
      expect(await call(name, args)).toMatchObject({
        isError: true,
        content: [{ text: expect.stringContaining('Invalid arguments: ') }],
      });
    for (const name of ['zirconiumVault', 'unknown']) {
      const refused = await client.callTool({ name }).catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: -32602 });
      expect(await call(name, {}).catch((error: unknown) => error)).toEqual(refused);
    }
    await expect(call('call_tool', { name: 'refund' })).rejects.toThrow('Unknown tool: call_tool');

    const through = (name: string, outcome: string, args?: object) => ({
      type: 'call',
      name,
      via: 'call_tool',
      outcome,
      args,
    });
    expect(entries).toEqual(
      expect.arrayContaining([
        through('refund', 'ok', { amount: 5 }),
        ...(era === 'modern' ? [through('refund', 'input_required', { amount: 5 })] : []),
        through('refund', 'failed', { amount: -1 }),
        { ...through('zirconiumVault', 'denied'), type: 'denial' },
        through('unknown', 'failed'),
        through('create_banner', 'ok'),
        { ...through('create_banner', 'ok'), via: undefined },
        { ...through('search_tools', 'ok'), via: undefined },
      ]),
    );
  });
});
