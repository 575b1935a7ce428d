import { afterEach, describe, expect, it } from '@jest/globals';
import { Injectable, Module, NotFoundException } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { McpContext, McpPrompt, McpResource, McpSessionService, McpSseModule, McpTool } from 'nestjs-mcp-sse';
import { McpTestClient, textOf } from 'nestjs-mcp-sse/testing';
import { createAdapter, describeOnAdapters } from '../fixtures/adapters.js';
import { HeaderUserGuard, userHeaders } from '../fixtures/header-user.guard.js';

@Injectable()
class Prices {
  of(product: string): number {
    return product.length;
  }
}

@Injectable()
class Shop {
  constructor(private readonly prices: Prices) {}

  @McpTool()
  priceOfTea(ctx: McpContext): string {
    ctx.log.info('looking');
    ctx.progress(1, 1);
    return `${this.prices.of('tea')} for ${ctx.principal.subject}`;
  }

  @McpTool()
  async askForSize(ctx: McpContext): Promise<string> {
    const requestedSchema = { type: 'object' as const, properties: { size: { type: 'number' as const } } };
    const { content } = await ctx.elicit({ message: 'Which size?', requestedSchema });
    return `size ${String(content?.['size'])}`;
  }

  @McpTool()
  priceOfCoffee(): string {
    throw new NotFoundException('sold out');
  }

  @McpResource({ uri: 'shop://menu' })
  menu(): string {
    return 'tea';
  }

  @McpPrompt()
  recommend(): object[] {
    return ['What is good?', 'Tea.'].map((text, index) => ({
      role: index === 0 ? 'user' : 'assistant',
      content: { type: 'text', text },
    }));
  }
}

@Module({
  imports: [McpSseModule.forRoot({ name: 'shop', version: '1.0.0', guards: [HeaderUserGuard] })],
  providers: [Prices, Shop],
})
class ShopModule {}

const TEA = { name: 'priceOfTea' };

let mcp: McpTestClient | undefined;

afterEach(() => mcp?.close());

describe.each(['streamable-http', 'sse'] as const)('the test client over %s', (transport) => {
  it('starts a module, and calls its tools as the user of its headers', async () => {
    mcp = await McpTestClient.start(ShopModule, { transport, headers: userHeaders('ada') });
    expect(textOf(await mcp.callTool(TEA))).toBe('3 for ada');
    const { sessions } = mcp.app.get(McpSessionService);
    expect(sessions.map((session) => session.transport)).toEqual([transport]);
  });

  it('connects several users to one application', async () => {
    mcp = await McpTestClient.start(ShopModule, { transport, headers: userHeaders('ada') });
    const bob = await McpTestClient.connect(mcp.url, { transport, headers: userHeaders('bob') });
    expect(textOf(await bob.callTool(TEA))).toBe('3 for bob');
    expect(textOf(await mcp.callTool(TEA))).toBe('3 for ada');
    expect(() => bob.app).toThrow('A client created by McpTestClient.connect() has no application.');
    await bob.close();
    expect(textOf(await mcp.callTool(TEA))).toBe('3 for ada');
  });

  it('keeps the notifications, and waits for the next one', async () => {
    mcp = await McpTestClient.start(ShopModule, { transport });
    const changed = mcp.nextNotification('notifications/changed');
    const progressed = mcp.nextNotification('notifications/progress');
    await mcp.callTool(TEA, undefined, { onprogress: () => undefined });
    expect(await progressed).toMatchObject({ params: { progress: 1, total: 1 } });
    expect(await mcp.nextNotification()).toMatchObject({ params: { level: 'info', data: 'looking' } });
    expect(mcp.notifications.map(({ method }) => method)).toEqual([
      'notifications/message',
      'notifications/progress',
    ]);
    mcp.app.get(McpSessionService).broadcast('notifications/changed', { by: 'us' });
    expect(await changed).toMatchObject({ params: { by: 'us' } });
  });

  it('answers the server once it has a handler', async () => {
    mcp = await McpTestClient.start(ShopModule, { transport, capabilities: { elicitation: {} } });
    const { ElicitRequestSchema } = await import('@modelcontextprotocol/sdk/types.js');
    mcp.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: { size: 3 } }));
    expect(textOf(await mcp.callTool({ name: 'askForSize' }))).toBe('size 3');
  });
});

describeOnAdapters('the test client', (adapter) => {
  it('accepts an application with a replaced provider, and closes it', async () => {
    const testing = Test.createTestingModule({ imports: [ShopModule] });
    const module = await testing
      .overrideProvider(Prices)
      .useValue({ of: () => 42 })
      .compile();
    const app = module.createNestApplication(createAdapter(adapter));
    app.setGlobalPrefix('api');
    const client = await McpTestClient.start(app, { path: '/api/mcp' });
    expect(client.app).toBe(app);
    expect(textOf(await client.callTool(TEA))).toBe('42 for anonymous');
    await client.close();
    expect((app.getHttpServer() as { listening: boolean }).listening).toBe(false);
  });
});

it('leaves an application where it listens', async () => {
  const { NestFactory } = await import('@nestjs/core');
  const app = await NestFactory.create(ShopModule, { logger: false });
  await app.listen(0, '127.0.0.1');
  mcp = await McpTestClient.start(app);
  expect(mcp.url).toBe(`${(await app.getUrl()).replace('[::1]', '127.0.0.1')}/mcp`);
});

it('ends its session when it is closed', async () => {
  mcp = await McpTestClient.start(ShopModule);
  const other = await McpTestClient.connect(mcp.url);
  const service = mcp.app.get(McpSessionService);
  expect(service.sessions).toHaveLength(2);
  await other.close();
  expect(service.sessions).toHaveLength(1);
});

it('rejects pending waits when it is closed', async () => {
  const client = await McpTestClient.start(ShopModule);
  const awaited = client.nextNotification('notifications/none').catch((error: Error) => error.message);
  await client.close();
  expect(await awaited).toBe('The client was closed before a notifications/none arrived.');
});

it('says what to start instead of a testing module', async () => {
  const module = await Test.createTestingModule({ imports: [ShopModule] }).compile();
  await expect(McpTestClient.start(module as never)).rejects.toThrow(
    'McpTestClient.start() needs an application. Pass module.createNestApplication()',
  );
});

it('rejects with the error that stops the boot', async () => {
  const broken = {
    module: class Broken {},
    imports: [McpSseModule.forRoot({ name: 'a', version: '1', http: { path: 'sse' } })],
  };
  await expect(McpTestClient.start(broken)).rejects.toThrow('"sse.path" and "http.path" are both "/sse".');
});

it('rejects, and stops the application, where the endpoint is elsewhere', async () => {
  const app = (await Test.createTestingModule({ imports: [ShopModule] }).compile()).createNestApplication();
  await expect(McpTestClient.start(app, { path: '/elsewhere' })).rejects.toThrow('404');
  expect((app.getHttpServer() as { listening: boolean }).listening).toBe(false);
});

describe('textOf', () => {
  it('gives the text of resources and prompts', async () => {
    mcp = await McpTestClient.start(ShopModule);
    expect(textOf(await mcp.readResource({ uri: 'shop://menu' }))).toBe('tea');
    expect(textOf(await mcp.getPrompt({ name: 'recommend' }))).toBe('What is good?\nTea.');
  });

  it('throws the message of a failed tool', async () => {
    mcp = await McpTestClient.start(ShopModule);
    const result = await mcp.callTool({ name: 'priceOfCoffee' });
    expect(() => textOf(result)).toThrow(/^sold out$/);
  });

  it('is empty if there is no text', () => {
    expect(textOf({ content: [{ type: 'image' }] })).toBe('');
  });
});
