import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Client } from '@modelcontextprotocol/client';
import { Injectable } from '@nestjs/common';
import { IsString } from 'class-validator';
import { McpContext, McpCtx, McpPrompt, McpResource, McpTool, progress } from 'nestjs-mcp-sse';
import { connectModern } from '../clients/modern-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';

const SIZE = {
  type: 'object' as const,
  properties: { size: { type: 'string' as const } },
  required: ['size'],
};

class Who {
  @IsString()
  name!: string;
}

@Injectable()
class Shop {
  @McpTool()
  greet({ name }: Who): string {
    return `Hello ${name}`;
  }

  @McpTool()
  era(@McpCtx() ctx: McpContext): object {
    return { era: ctx.era, hasSession: ctx.session !== undefined, transport: ctx.transport };
  }

  @McpTool()
  async *count() {
    yield progress(1, 2);
    yield 'counted';
  }

  @McpTool()
  async buy(@McpCtx() ctx: McpContext) {
    const order = await ctx.once('order', () => ({ number: ++this.orders }));
    const [size, sure] = await Promise.all([
      ctx.elicit({ message: 'Which size?', requestedSchema: SIZE }),
      ctx.elicit({ message: 'Sure?', requestedSchema: { type: 'object', properties: {} } }, { key: 'sure' }),
    ]);
    const again = await ctx.elicit({
      message: 'Really?',
      requestedSchema: { type: 'object', properties: {} },
    });
    return { order, size: size.content, sure: sure.action, again: again.action };
  }

  private orders = 0;

  @McpResource({ uri: 'shop://limit' })
  limit(): object {
    return { limit: 10 };
  }

  @McpPrompt()
  ask(): string {
    return 'Ask';
  }
}

describeOnAdapters('a client of revision 2026-07-28', (adapter) => {
  let running: RunningApp;
  let client: Client;

  beforeEach(async () => {
    running = await startApp({ adapter, providers: [Shop] });
    client = await connectModern(running.url);
  });

  afterEach(async () => {
    await client.close();
    await running.close();
  });

  it('lists, calls and reads without a session', async () => {
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['buy', 'count', 'era', 'greet']);
    const greeted = await client.callTool({ name: 'greet', arguments: { name: 'Ada' } });
    expect(greeted.content).toEqual([{ type: 'text', text: 'Hello Ada' }]);
    const era = await client.callTool({ name: 'era' });
    expect(era.structuredContent).toEqual({ era: 'modern', hasSession: false, transport: 'streamable-http' });
    const { contents } = await client.readResource({ uri: 'shop://limit' });
    expect(contents).toHaveLength(1);
    const { messages } = await client.getPrompt({ name: 'ask' });
    expect(messages).toHaveLength(1);
    expect(running.sessions.sessions).toHaveLength(0);
  });

  it('answers questions in the middle of a call, whose steps run once', async () => {
    await client.close();
    client = await connectModern(running.url, { capabilities: { elicitation: {} } }, (asked) =>
      asked.setRequestHandler('elicitation/create', ({ params }) => ({
        action: 'accept',
        content: { ...(params.message === 'Which size?' && { size: 'XL' }) },
      })),
    );
    const bought = await client.callTool({ name: 'buy' });
    expect(bought.structuredContent).toEqual({
      order: { number: 1 },
      size: { size: 'XL' },
      sure: 'accept',
      again: 'accept',
    });
  });

  it('reads progress on the response to its call', async () => {
    const reported: unknown[] = [];
    const counted = await client.callTool(
      { name: 'count' },
      { onprogress: (report) => void reported.push(report) },
    );
    expect(reported).toEqual([{ progress: 1, total: 2 }]);
    expect(counted.content).toEqual([{ type: 'text', text: 'counted' }]);
  });
});
