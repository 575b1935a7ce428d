import { describe, expect, it } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { McpSessionService, McpSseModule, McpTool } from 'nestjs-mcp-sse';
import { McpTestClient, textOf } from 'nestjs-mcp-sse/testing';
import { createAdapter, describeOnAdapters } from '../fixtures/adapters.js';
import { memoryClientPerTest } from '../fixtures/memory-client.js';
import { Prices, Shop, ShopModule } from '../fixtures/shop.js';

const connect = memoryClientPerTest();

describe('what the client in memory accepts', () => {
  const testing = () =>
    Test.createTestingModule({ imports: [ShopModule] })
      .overrideProvider(Prices)
      .useValue({ of: () => 42 })
      .compile();

  it('a testing module, which it initializes and closes', async () => {
    const module = await testing();
    const mcp = await connect({}, module);
    expect(textOf(await mcp.callTool({ name: 'price' }))).toBe('42 for anonymous');
    expect(mcp.app).toBe(module);
    await mcp.close();
    await expect(McpTestClient.inMemory(module)).rejects.toThrow('shutting down');
  });

  it('an application that others have initialized, which it leaves open', async () => {
    const module = await testing();
    await module.init();
    const one = await McpTestClient.inMemory(module);
    await one.close();
    const mcp = await connect({}, module);
    expect(textOf(await mcp.callTool({ name: 'price' }))).toBe('42 for anonymous');
    await module.close();
  });

  it('global enhancers, and closes what it has made of a module', async () => {
    const module = {
      module: class Everywhere {},
      imports: [ShopModule],
      providers: [
        {
          provide: APP_INTERCEPTOR,
          useValue: { intercept: (_: unknown, next: { handle(): unknown }) => next.handle() },
        },
        { provide: APP_FILTER, useValue: { catch: () => 'mended' } },
      ],
    };
    const mcp = await connect({}, module);
    const prices = mcp.app.get(Prices);
    expect(await mcp.callTool({ name: 'enter' })).toMatchObject({
      isError: true,
      content: [{ text: 'mended' }],
    });
    await mcp.close();
    expect(prices.closed).toBe(1);
  });

  it('fails with the error that stops the boot', async () => {
    const module = await Test.createTestingModule({
      imports: [ShopModule],
      providers: [
        { provide: 'broken', useValue: { onModuleInit: () => Promise.reject(new Error('no database')) } },
      ],
    }).compile();
    await expect(McpTestClient.inMemory(module)).rejects.toThrow('no database');
  });

  it('no testing module of which there is an application', async () => {
    const module = await testing();
    const app = module.createNestApplication({ logger: false });
    await app.init();
    await expect(McpTestClient.inMemory(module)).rejects.toThrow('Pass the application instead.');
    const mcp = await connect({}, app);
    expect(textOf(await mcp.callTool({ name: 'price' }))).toBe('42 for anonymous');
    await app.close();
  });

  it('no application without the module', async () => {
    @Module({})
    class Other {}
    await expect(McpTestClient.inMemory(Other)).rejects.toThrow(
      'The application does not import McpSseModule.',
    );
  });
});

describeOnAdapters('the client in memory', (adapter) => {
  it('needs no port of an HTTP application', async () => {
    const module = await Test.createTestingModule({ imports: [ShopModule] }).compile();
    const app = module.createNestApplication(createAdapter(adapter));
    const mcp = await connect({ principal: { subject: 'ada' } }, app);
    expect(textOf(await mcp.callTool({ name: 'price' }))).toBe('3 for ada');
    expect((app.getHttpServer() as { listening: boolean }).listening).toBe(false);
  });
});

describe('several servers of one application', () => {
  const server = (name: string) =>
    McpSseModule.forRoot({
      name,
      version: '1.0.0',
      auth: 'app',
      sse: { path: `${name}/sse`, messagesPath: `${name}/messages` },
      http: { path: `${name}/mcp` },
    });

  @Injectable()
  class Tools {
    @McpTool({ server: 'admin' })
    reset(): string {
      return 'reset';
    }

    @McpTool({ server: 'public' })
    look(): string {
      return 'seen';
    }
  }

  @Module({ imports: [server('admin'), server('public')], providers: [Tools] })
  class Both {}

  it('are told apart by name', async () => {
    const mcp = await connect({ server: 'admin' }, Both);
    expect((await mcp.listTools()).tools.map(({ name }) => name)).toEqual(['reset']);
    const other = await McpTestClient.inMemory(mcp.app, { server: 'public' });
    expect(textOf(await other.callTool({ name: 'look' }))).toBe('seen');
    await other.close();
  });

  it('need a name', async () => {
    await expect(McpTestClient.inMemory(Both)).rejects.toThrow(
      'The application has several servers: "admin", "public". Name one by the option "server".',
    );
    await expect(McpTestClient.inMemory(Both, { server: 'other' })).rejects.toThrow(
      'The application has no server "other", but "admin", "public".',
    );
  });
});

it('speaks the modern era to a server that has no other', async () => {
  const imports = [
    McpSseModule.forRoot({ name: 'a', version: '1', auth: 'app', protocol: { legacy: false } }),
  ];
  const mcp = await connect({}, { module: class Modern {}, imports, providers: [Prices, Shop] });
  expect(textOf(await mcp.callTool({ name: 'price' }))).toBe('3 for anonymous');
});

it('says what a client lacks', async () => {
  const mcp = await connect();
  expect(() => mcp.url).toThrow('A client in memory has no URL. Use McpTestClient.start() to get one.');
  await expect(McpTestClient.inMemory(mcp.app, { principal: { subject: '' } })).rejects.toThrow(
    '"principal" has no subject.',
  );
});

it('closes when the server ends its session', async () => {
  const mcp = await connect({ principal: { subject: 'ada' } });
  const closed = new Promise<void>((resolve) => (mcp.onclose = resolve));
  mcp.app.get(McpSessionService).closeWhere({ subject: 'ada' });
  await closed;
  await expect(mcp.callTool({ name: 'price' })).rejects.toThrow('Not connected');
});
