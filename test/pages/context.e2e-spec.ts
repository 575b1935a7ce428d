import { describe, expect, it } from '@jest/globals';
import type { Type } from '@nestjs/common';
import type { McpSseModuleOptions } from 'nestjs-mcp-sse';
import { textOf } from 'nestjs-mcp-sse/testing';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { connectModern } from '../clients/modern-client.js';
import { userHeaders } from '../fixtures/header-user.guard.js';
import { usePage } from '../fixtures/page.js';
import { startApp } from '../fixtures/start-app.js';

const page = usePage('docs/context.md');
const HEADERS = { ...userHeaders('ada'), 'accept-language': 'en' };

describe('the page about the context', () => {
  it('shows the caller, the address and the request', async () => {
    const mcp = await page.serve('context', { headers: HEADERS });
    const { structuredContent } = await mcp.callTool({ name: 'describe' });
    expect(structuredContent).toEqual({
      user: 'ada',
      transport: 'streamable-http',
      client: 'nestjs-mcp-sse-test',
      protocol: '2025-11-25',
      language: 'en',
    });
  });

  it('speaks to the client during a call', async () => {
    const mcp = await page.serve('context', { headers: HEADERS });
    await mcp.callTool({ name: 'work' }, undefined, { onprogress: () => undefined });
    expect(mcp.notifications).toMatchObject([
      { params: { level: 'info', logger: 'worker', data: 'half way' } },
      { params: { progress: 1, total: 2 } },
      { method: 'notifications/shop/opened', params: { by: 'ada' } },
    ]);
  });

  it('asks the user and the model of the client', async () => {
    const mcp = await page.serve('ask', { capabilities: { elicitation: {}, sampling: {}, roots: {} } });
    mcp.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: { day: '2026-12-24' } }));
    mcp.setRequestHandler(CreateMessageRequestSchema, () => ({
      model: 'poet',
      role: 'assistant',
      content: { type: 'text', text: 'An old silent pond' },
    }));
    mcp.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: 'file:///home/ada' }] }));
    const answers = ['book', 'haiku', 'folders'].map(async (name) => textOf(await mcp.callTool({ name })));
    expect(await Promise.all(answers)).toEqual([
      'Booked for 2026-12-24',
      'An old silent pond',
      '["file:///home/ada"]',
    ]);
  });

  it('runs a step once for a client without a session', async () => {
    const { RoundsTools } = await page.import<{ RoundsTools: Type<{ reserved: string[] }> }>('rounds');
    const running = await startApp({ providers: [RoundsTools] });
    const client = await connectModern(running.url, { capabilities: { elicitation: {} } }, (asked) =>
      asked.setRequestHandler('elicitation/create', ({ params }) => ({
        action: params.message === 'With a meal?' ? 'decline' : 'accept',
        content: {},
      })),
    );
    const { structuredContent } = await client.callTool({ name: 'reserve' });
    const { reserved } = running.app.get(RoundsTools);
    expect(reserved).toHaveLength(1);
    expect(structuredContent).toEqual({ seat: { id: reserved[0] }, window: 'accept', meal: 'decline' });
    await client.close();
    await running.close();
  });

  it('tells the model if the client cannot be asked', async () => {
    const mcp = await page.serve('ask');
    const result = await mcp.callTool({ name: 'book' });
    expect(() => textOf(result)).toThrow(/elicitation/);
  });

  it('has the members that contextFactory returns', async () => {
    const { options } = await page.import<{ options: McpSseModuleOptions }>('factory');
    const mcp = await page.serve('factory', { headers: { 'x-region': 'us' } }, options);
    expect(textOf(await mcp.callTool({ name: 'region' }))).toBe('us');
  });

  it('is injected into request-scoped providers', async () => {
    const mcp = await page.serve('request-scope', { headers: HEADERS });
    expect(textOf(await mcp.callTool({ name: 'language' }))).toBe('en');
  });

  it('has no block without a test', () => {
    expect(page.untested).toEqual([]);
  });
});
