import { afterEach, expect, it } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import {
  McpContext,
  McpRegistry,
  McpResource,
  McpSessionService,
  McpSseModule,
  McpTool,
} from 'nestjs-mcp-sse';
import { McpTestClient, textOf } from 'nestjs-mcp-sse/testing';
import { createAdapter, describeOnAdapters } from '../fixtures/adapters.js';
import { HeaderUserGuard, userHeaders } from '../fixtures/header-user.guard.js';

@Injectable()
class Shop {
  aborted?: Promise<unknown>;

  @McpTool()
  greet(ctx: McpContext): string {
    ctx.progress(1, 1);
    return `${ctx.era} ${ctx.transport} for ${ctx.principal.subject}`;
  }

  @McpTool()
  async order(ctx: McpContext): Promise<string> {
    const requestedSchema = { type: 'object' as const, properties: { size: { type: 'number' as const } } };
    const { action, content } = await ctx.elicit({ message: 'Which size?', requestedSchema });
    return `${action} ${content?.['size']}`;
  }

  @McpTool()
  async wait({ signal }: McpContext): Promise<string> {
    this.aborted = new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve(signal.reason));
    });
    await this.aborted;
    return 'too late';
  }

  @McpResource({ uri: 'shop://menü' })
  menu(): string {
    return 'tea';
  }
}

@Module({
  imports: [McpSseModule.forRoot({ name: 'shop', version: '1.0.0', guards: [HeaderUserGuard] })],
  providers: [Shop],
})
class ShopModule {}

describeOnAdapters('the test client over HTTP in the modern era', (adapter) => {
  let mcp: McpTestClient;

  const start = async (capabilities = {}) => {
    const module = await Test.createTestingModule({ imports: [ShopModule] }).compile();
    const app = module.createNestApplication(createAdapter(adapter));
    const headers = userHeaders('ada');
    mcp = await McpTestClient.start(app, { era: 'modern', headers, capabilities });
  };

  afterEach(() => mcp.close());

  it('calls tools without a session, as the user of its headers', async () => {
    await start();
    const reported: unknown[] = [];
    const result = await mcp.callTool({ name: 'greet' }, undefined, {
      onprogress: (report) => reported.push(report),
    });
    expect(textOf(result)).toBe('modern streamable-http for ada');
    expect(reported).toEqual([{ progress: 1, total: 1 }]);
    expect(mcp.app.get(McpSessionService).sessions).toEqual([]);
  });

  it('reads a resource whose name is not ASCII', async () => {
    await start();
    const { resources } = await mcp.listResources();
    expect(textOf(await mcp.readResource({ uri: resources[0]!.uri }))).toBe('tea');
  });

  it('answers the questions of a handler, or fails with the error of the answer', async () => {
    await start({ elicitation: {} });
    mcp.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: { size: 3 } }));
    expect(textOf(await mcp.callTool({ name: 'order' }))).toBe('accept 3');
    mcp.setRequestHandler(ElicitRequestSchema, () => {
      throw new Error('nobody is there');
    });
    await expect(mcp.callTool({ name: 'order' })).rejects.toThrow('nobody is there');
  });

  it('rejects with the error of the server', async () => {
    await start();
    await expect(mcp.callTool({ name: 'none' })).rejects.toMatchObject({ code: -32602 });
    await expect(mcp.callTool({ name: 'order' })).rejects.toMatchObject({ code: -32021 });
  });

  it('hears of changed lists, and of resources until it unsubscribes', async () => {
    await start();
    const uri = (await mcp.listResources()).resources[0]!.uri;
    mcp.app.get(McpRegistry).addTool({ name: 'added' }, () => 'added');
    await mcp.nextNotification('notifications/tools/list_changed');
    await mcp.subscribeResource({ uri });
    mcp.app.get(McpSessionService).resourceUpdated(uri);
    await mcp.nextNotification('notifications/resources/updated');
    await mcp.unsubscribeResource({ uri });
    await expect(mcp.subscribeResource({ uri: 'shop://none' })).rejects.toThrow('Resource not found');
  });

  it('cancels a call', async () => {
    await start();
    const cancellation = new AbortController();
    const waiting = mcp.callTool({ name: 'wait' }, undefined, { signal: cancellation.signal });
    await mcp.callTool({ name: 'greet' });
    cancellation.abort('enough');
    await expect(waiting).rejects.toThrow('enough');
    expect(await mcp.app.get(Shop).aborted).toBeInstanceOf(Error);
  });
});

it('has no modern era over HTTP+SSE', async () => {
  const options = { era: 'modern', transport: 'sse' } as const;
  await expect(McpTestClient.start(ShopModule, options)).rejects.toThrow('HTTP+SSE has the legacy era only.');
});
