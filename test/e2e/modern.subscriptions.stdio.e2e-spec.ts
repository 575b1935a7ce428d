import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Client, type Transport } from '@modelcontextprotocol/client';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { McpSessionService, serveStdio, type McpSseModuleOptions } from 'nestjs-mcp-sse';
import { StatelessRequests } from '../../libs/mcp-sse/src/stateless/stateless-requests.js';
import { LineTransport } from '../clients/line-transport.js';
import { MODERN } from '../clients/modern-client.js';
import { modernRpc } from '../clients/modern-wire-client.js';
import { EVERYTHING, ListenedShop, result, SUBSCRIPTION_ID, updated } from '../fixtures/listened.js';
import { testModule } from '../fixtures/start-app.js';

describe('subscriptions/listen over stdio', () => {
  let app: INestApplicationContext;
  let input: PassThrough;
  let output: PassThrough;
  let served: Promise<void>;

  const serve = async (options: Partial<McpSseModuleOptions> = {}) => {
    const module = testModule({ providers: [ListenedShop], options });
    app = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
    served = serveStdio(app, { input, output });
  };

  beforeEach(() => {
    [input, output] = [new PassThrough(), new PassThrough()];
  });

  afterEach(async () => {
    input.end();
    await served;
    await app.close();
  });

  const exchange = () => {
    const lines = createInterface({ input: output })[Symbol.asyncIterator]();
    return {
      send: (message: object) => void input.write(`${JSON.stringify(message)}\n`),
      read: async () => JSON.parse((await lines.next()).value as string) as Record<string, any>,
    };
  };
  const listen = (id: string | number, notifications: object = EVERYTHING) =>
    modernRpc(id, 'subscriptions/listen', { notifications });
  const cancelled = (requestId: string | number) => ({
    jsonrpc: '2.0',
    method: 'notifications/cancelled',
    params: { requestId },
  });
  const update = (uri: string) => app.get(McpSessionService).resourceUpdated(uri);

  it('marks the messages of several subscriptions, and ends those that the client cancels', async () => {
    await serve();
    const { send, read } = exchange();
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
    const { send, read } = exchange();
    send(listen('a', { resourceSubscriptions: ['shop://prices'] }));
    await read();
    input.end();
    expect(await read()).toEqual(result('a'));
    await served;
    expect(app.get(ListenedShop).watched).toBe(0);
  });

  it('tells the client by notifications/cancelled when it ends without a result', async () => {
    await serve({ limits: { maxBytes: 10_000, maxSessions: 2 } });
    const { send, read } = exchange();
    send(listen('a', { resourceSubscriptions: ['shop://prices', 'shop://limit'] }));
    await read();
    app.get(McpSessionService).memory.settle();
    expect(await read()).toEqual(cancelled('a'));
    expect(app.get(StatelessRequests).listens.size).toBe(0);
    expect(app.get(ListenedShop).watched).toBe(0);
  });

  it('ends gracefully for the client of SDK v2 when access is revoked', async () => {
    await serve();
    const client = new Client(
      { name: 'v2', version: '1.0.0' },
      { versionNegotiation: { mode: { pin: MODERN } } },
    );
    await client.connect(new LineTransport(output, input) as Transport);
    const subscription = await client.listen(EVERYTHING);
    app.get(StatelessRequests).closeWhere({});
    expect(await subscription.closed).toBe('graceful');
  });
});
