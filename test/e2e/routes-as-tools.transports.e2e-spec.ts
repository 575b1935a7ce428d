import { expect, it } from '@jest/globals';
import { ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { McpRegistry } from 'nestjs-mcp-sse';
import { MemoryLog } from '../fixtures/memory-log.js';
import { HeardEvents, ShopController } from '../fixtures/route-shop.js';
import { testModule } from '../fixtures/start-app.js';
import { describeOnTransports } from '../fixtures/transports.js';

describeOnTransports('routes as tools', (connect, transport) => {
  it('are listed, called and audited like other tools', async () => {
    const { client, audit } = await connect({
      providers: [HeardEvents],
      controllers: [ShopController],
      configure: (app) => void app.useGlobalPipes(new ValidationPipe({ transform: true })),
    });
    const events: object[] = [];
    audit.events$.subscribe((event) => events.push(event));
    const { tools } = await client.listTools();
    expect(tools.find(({ name }) => name === 'create')).toMatchObject({
      inputSchema: { properties: { item: { type: 'string' }, amount: { type: 'integer', minimum: 1 } } },
      annotations: { destructiveHint: true },
    });
    const created = await client.callTool({ name: 'create', arguments: { item: 'tea', amount: 2 } });
    expect(created).toMatchObject({
      structuredContent: { order: { item: 'tea', amount: 2 }, isDto: true, ip: '127.0.0.1' },
    });
    const missing = await client.callTool({ name: 'fail', arguments: { status: 401 } });
    expect(missing).toMatchObject({ isError: true, content: [{ text: 'no 401; at all' }] });
    const behind = await client.callTool({ name: 'behind', arguments: {} });
    expect(behind).toMatchObject({ structuredContent: { by: 'behind of anonymous' } });
    expect(events).toEqual(
      [
        { name: 'create', outcome: 'ok' },
        { name: 'fail', outcome: 'denied', reason: 'unauthenticated' },
        { name: 'behind', outcome: 'ok' },
      ].map((event) => expect.objectContaining({ ...event, transport })),
    );
  });
});

it('routes are no tools of an application context, and its log says so', async () => {
  const logger = new MemoryLog();
  const module = testModule({ providers: [HeardEvents], controllers: [ShopController] });
  const app = await NestFactory.createApplicationContext(module, { logger });
  expect(app.get(McpRegistry).tools).toEqual([]);
  expect(logger.lines.join('\n')).toContain(
    'routes are no tools, as this application has no server for HTTP',
  );
  await app.close();
});
