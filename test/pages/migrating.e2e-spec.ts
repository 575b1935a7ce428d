import { expect, it } from '@jest/globals';
import { ConflictException, type ExceptionFilter, Injectable, type Type } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { McpSseModule, McpTool } from 'nestjs-mcp-sse';
import { textOf } from 'nestjs-mcp-sse/testing';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { userHeaders } from '../fixtures/header-user.guard.js';
import { connectModern } from '../fixtures/modern-client.js';
import { usePage } from '../fixtures/page.js';

const fromMcpNest = usePage('docs/migrating-from-mcp-nest.md');
const from01 = usePage('docs/migrating-from-0.1.md');
const fromTheSdk = usePage('docs/migrating-from-the-sdk.md');

it('serves tools migrated from @rekog/mcp-nest', async () => {
  const mcp = await fromMcpNest.serve('migrated', { headers: userHeaders('ada', ['admin']) });
  const hello = await mcp.callTool({ name: 'hello-world' }, undefined, { onprogress: () => undefined });
  expect(textOf(hello)).toBe('Hello, World!');
  expect(mcp.notifications).toMatchObject([{ params: { progress: 1, total: 1 } }]);
  expect(textOf(await mcp.readResource({ uri: 'greetings://Ada' }))).toBe('Hello, Ada!');
  expect(textOf(await mcp.callTool({ name: 'reset' }))).toContain('stay as they are');
  const bob = await fromMcpNest.connect(mcp.url, { headers: userHeaders('bob') });
  expect((await bob.listTools()).tools.map(({ name }) => name)).toEqual(['hello-world']);
});

it('serves tools migrated from the SDK at their old path', async () => {
  const { WeatherModule } = await fromTheSdk.import<{ WeatherModule: Type }>('migrated');
  const mcp = await fromTheSdk.start(WeatherModule, { transport: 'sse', path: '/events' });
  const forecast = await mcp.callTool({ name: 'forecast', arguments: { city: 'Porto' } });
  expect(textOf(forecast)).toBe('Sun in Porto');
  expect(mcp.notifications).toMatchObject([{ params: { level: 'info', data: 'Porto' } }]);
});

interface Orders {
  readonly reserved: string[];
  readonly charged: string[];
}

interface Report extends ExceptionFilter {
  readonly reported: unknown[];
}

@Injectable()
class Failing {
  @McpTool()
  fail(): void {
    throw new ConflictException('It failed.');
  }
}

it('runs a handler that asks in both eras, and reports failures only', async () => {
  const { OrdersTools } = await from01.import<{ OrdersTools: Type<Orders> }>('orders');
  const { ReportFilter } = await from01.import<{ ReportFilter: Type<Report> }>('filter');
  const capabilities = { elicitation: {} };
  class OrdersModule {}
  const mcp = await from01.start(
    {
      module: OrdersModule,
      imports: [McpSseModule.forRoot({ name: 'orders', version: '1.0.0' })],
      providers: [OrdersTools, Failing, ReportFilter, { provide: APP_FILTER, useExisting: ReportFilter }],
    },
    { capabilities },
  );
  mcp.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: {} }));
  const url = new URL(mcp.url).origin;
  const modern = await connectModern(url, { capabilities }, (client) =>
    client.setRequestHandler('elicitation/create', () => ({ action: 'decline' })),
  );
  const unable = await connectModern(url);
  try {
    expect(textOf(await mcp.callTool({ name: 'order' }))).toBe('order-1 is ordered');
    const text = async (client: typeof modern) => (await client.callTool({ name: 'order' })).content;
    expect(await text(modern)).toEqual([{ type: 'text', text: 'order-2 stays reserved' }]);
    expect(await text(unable)).toEqual([{ type: 'text', text: 'order-3 stays reserved' }]);
    await modern.callTool({ name: 'fail' });
  } finally {
    await Promise.all([modern.close(), unable.close()]);
  }
  const { reserved, charged } = mcp.app.get(OrdersTools);
  expect([reserved, charged]).toEqual([['order-1', 'order-2', 'order-3'], ['order-1']]);
  expect(mcp.app.get(ReportFilter).reported).toEqual([expect.objectContaining({ message: 'It failed.' })]);
});

it('stays with sessions where the modern era is turned off', async () => {
  const { LegacyModule } = await from01.import<{ LegacyModule: Type }>('legacy-only');
  const mcp = await from01.start(LegacyModule);
  const client = new Client({ name: 'any', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
  await client.connect(new StreamableHTTPClientTransport(new URL(mcp.url)));
  expect(client.getNegotiatedProtocolVersion()).toBe('2025-11-25');
  await client.close();
});

it.each([fromMcpNest, from01, fromTheSdk])('has no block without a test', (page) => {
  expect(page.untested).toEqual([]);
});
