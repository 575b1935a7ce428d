import { describe, expect, it } from '@jest/globals';
import {
  ConflictException,
  Controller,
  type ExceptionFilter,
  Injectable,
  Post,
  type Type,
} from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { McpSseModule, McpTool } from 'nestjs-mcp-sse';
import { textOf } from 'nestjs-mcp-sse/testing';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { connectModern } from '../clients/modern-client.js';
import { ModernWireClient } from '../clients/modern-wire-client.js';
import { ForeignCalls, ForeignModule } from '../fixtures/foreign-calls.js';
import { userHeaders } from '../fixtures/header-user.guard.js';
import { usePage } from '../fixtures/page.js';

const fromMcpNest = usePage('docs/migrating-from-mcp-nest.md');
const fromNestMcp = usePage('docs/migrating-from-nestjs-mcp.md');
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

describe('a provider migrated from @nestjs/mcp', () => {
  it('differs by the names of the table only', () => {
    const renamed = fromNestMcp
      .code('before')
      .replaceAll(/\bTool\b/g, 'McpTool')
      .replace('@nestjs/mcp', 'nestjs-mcp-sse')
      .replace('authInfo.clientId', 'principal.subject');
    expect(renamed).toBe(fromNestMcp.code('migrated'));
  });

  it('is served at its old path, behind its old decorators', async () => {
    expect(fromNestMcp.code('guard')).toContain('ApiKeyGuard');
    const { ParcelsModule } = await fromNestMcp.import<{ ParcelsModule: Type }>('module');
    const headers = { 'x-api-key': 'the key of the warehouse' };
    const mcp = await fromNestMcp.start(ParcelsModule, { path: '/operations', headers });
    const found = await mcp.callTool({ name: 'find-parcel', arguments: { code: 'P-17' } });
    expect(textOf(found)).toBe('P-17 is in Porto');
    expect(textOf(await mcp.callTool({ name: 'whoami' }))).toBe('You are warehouse');
    await expect(fromNestMcp.connect(mcp.url)).rejects.toThrow('Forbidden resource');
  });

  it('is served beside it: one has the modern era, the other sessions and HTTP+SSE', async () => {
    @Controller('mcp')
    class OtherMcpController {
      @Post()
      answer(): string {
        return 'of @nestjs/mcp';
      }
    }
    @Injectable()
    class OtherTools {
      other(): string {
        return 'other';
      }
    }
    const { BothModule } = await fromNestMcp.import<{ BothModule: Type }>('both');
    const { CallsGuard } = await fromNestMcp.import<{ CallsGuard: Type<{ seen: string[] }> }>('calls');
    const other = { ...ForeignModule.with(OtherTools), controllers: [OtherMcpController] };
    const module = { module: class {}, imports: [BothModule, other] };
    const mcp = await fromNestMcp.start(module, { path: '/sessions' });
    const { origin } = new URL(mcp.url);
    const sse = await fromNestMcp.connect(`${origin}/sse`, { transport: 'sse' });
    for (const client of [mcp, sse])
      expect(textOf(await client.callTool({ name: 'whoami' }))).toBe('You are anonymous');
    expect(await (await fetch(`${origin}/mcp`, { method: 'POST' })).text()).toBe('of @nestjs/mcp');
    const modern = new ModernWireClient(mcp.url);
    expect(await modern.callTool('whoami')).toHaveProperty('error');

    await mcp.app.get(ForeignCalls).call(OtherTools, 'other', {}, {});
    const { seen } = mcp.app.get(CallsGuard);
    expect(seen).toEqual(['whoami by anonymous', 'whoami by anonymous', 'other by another module']);
  });
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

it.each([fromMcpNest, fromNestMcp, from01, fromTheSdk])('has no block without a test', (page) => {
  expect(page.untested).toEqual([]);
});
