import { describe, expect, it } from '@jest/globals';
import { Client, type Transport } from '@modelcontextprotocol/client';
import { McpSessionService, type McpSseModuleOptions } from 'nestjs-mcp-sse';
import { StatelessRequests } from '../../libs/mcp-sse/src/stateless/stateless-requests.js';
import { LineTransport } from '../clients/line-transport.js';
import { MODERN } from '../clients/modern-client.js';
import { modernRpc } from '../clients/modern-wire-client.js';
import { EVERYTHING, ListenedShop, result, SUBSCRIPTION_ID, updated } from '../fixtures/listened.js';
import { StdioPerTest } from '../fixtures/stdio-per-test.js';

describe('subscriptions/listen over stdio', () => {
  const stdio = new StdioPerTest();
  const serve = (options: Partial<McpSseModuleOptions> = {}) =>
    stdio.serve({ providers: [ListenedShop], options });
  const listen = (id: string | number, notifications: object = EVERYTHING) =>
    modernRpc(id, 'subscriptions/listen', { notifications });
  const cancelled = (requestId: string | number) => ({
    jsonrpc: '2.0',
    method: 'notifications/cancelled',
    params: { requestId },
  });
  const update = (uri: string) => stdio.app.get(McpSessionService).resourceUpdated(uri);

  it('marks the messages of several subscriptions, and ends those that the client cancels', async () => {
    await serve();
    const { send, read } = stdio.exchange();
    for (const id of ['a', 2]) {
      send(listen(id));
      expect((await read())['params']).toMatchObject({ _meta: { [SUBSCRIPTION_ID]: id } });
    }
    update('shop://limit');
    expect([await read(), await read()]).toEqual([updated('shop://limit', 'a'), updated('shop://limit', 2)]);
    send(cancelled('a'));
    send(modernRpc(3, 'tools/list'));
    expect(await read()).toMatchObject({ id: 3 });
    update('shop://limit');
    expect(await read()).toEqual(updated('shop://limit', 2));
  });

  it('ends with a result when the client sends nothing more', async () => {
    await serve();
    const { send, read } = stdio.exchange();
    send(listen('a', { resourceSubscriptions: ['shop://prices'] }));
    await read();
    stdio.input.end();
    expect(await read()).toEqual(result('a'));
    await stdio.served;
    expect(stdio.app.get(ListenedShop).watched).toBe(0);
  });

  it('tells the client by notifications/cancelled when it ends without a result', async () => {
    await serve({ limits: { maxBytes: 10_000, maxSessions: 2 } });
    const { send, read } = stdio.exchange();
    send(listen('a', { resourceSubscriptions: ['shop://prices', 'shop://limit'] }));
    await read();
    stdio.app.get(McpSessionService).memory.settle();
    expect(await read()).toEqual(cancelled('a'));
    expect(stdio.app.get(StatelessRequests).listens.size).toBe(0);
    expect(stdio.app.get(ListenedShop).watched).toBe(0);
  });

  it('ends gracefully for the client of SDK v2 when access is revoked', async () => {
    await serve();
    const client = new Client(
      { name: 'v2', version: '1.0.0' },
      { versionNegotiation: { mode: { pin: MODERN } } },
    );
    await client.connect(new LineTransport(stdio.output, stdio.input) as Transport);
    const subscription = await client.listen(EVERYTHING);
    stdio.app.get(StatelessRequests).closeWhere({});
    expect(await subscription.closed).toBe('graceful');
  });
});
