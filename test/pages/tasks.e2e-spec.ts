import { describe, expect, it } from '@jest/globals';
import {
  type ClientCapabilities,
  ElicitRequestSchema,
  ResultSchema,
} from '@modelcontextprotocol/sdk/types.js';
import type { Type } from '@nestjs/common';
import { McpSseModule } from 'nestjs-mcp-sse';
import type { McpTestClient, McpTestSource } from 'nestjs-mcp-sse/testing';
import { usePage } from '../fixtures/page.js';

const page = usePage('docs/tasks.md');

const era = 'modern';
const tasks: ClientCapabilities = {
  elicitation: { form: {} },
  extensions: { 'io.modelcontextprotocol/tasks': {} },
};
const YES = { action: 'accept', content: {} } as const;

const request = (mcp: McpTestClient, method: string, params: object) =>
  mcp.request({ method, params: { ...params } }, ResultSchema) as Promise<Record<string, any>>;

const begin = async (mcp: McpTestClient, name: string): Promise<string> =>
  (await request(mcp, 'tools/call', { name, arguments: {} }))['taskId'];

async function until(mcp: McpTestClient, taskId: string, isIt: (task: Record<string, any>) => boolean) {
  for (;;) {
    const task = await request(mcp, 'tasks/get', { taskId });
    if (isIt(task)) return task;
  }
}

describe('the page about tasks', () => {
  it('makes a long call a task, for clients that take one', async () => {
    const mcp = await page.serve('task', { era, capabilities: tasks });
    const task = await until(mcp, await begin(mcp, 'report'), ({ status }) => status === 'completed');
    expect(task['result'].content[0].text).toBe('A good year.');
    const plain = await page.connect(mcp.url, { era });
    expect((await plain.callTool({ name: 'report' })).content).toEqual([
      { type: 'text', text: 'A good year.' },
    ]);
  });

  it('lets a task ask', async () => {
    const mcp = await page.serve('ask', { era, capabilities: tasks });
    const taskId = await begin(mcp, 'order');
    const { inputRequests } = await until(mcp, taskId, ({ status }) => status === 'input_required');
    expect(inputRequests['1'].params.message).toBe('Ship order 1?');
    await request(mcp, 'tasks/update', { taskId, inputResponses: { 1: YES } });
    const { result } = await until(mcp, taskId, ({ status }) => status === 'completed');
    expect(result.content[0].text).toBe('Order 1 is shipped.');
  });

  it('lets a handler ask before it begins the task', async () => {
    const mcp = await page.serve('begin', { era, capabilities: tasks });
    let answer: { action: 'accept' | 'decline' } = { action: 'decline' };
    mcp.setRequestHandler(ElicitRequestSchema, () => ({ ...answer, content: {} }));
    expect(await request(mcp, 'tools/call', { name: 'backUp', arguments: {} })).toMatchObject({
      content: [{ text: 'Nothing was done.' }],
    });
    answer = YES;
    const { result } = await until(mcp, await begin(mcp, 'backUp'), ({ status }) => status === 'completed');
    expect(result.content[0].text).toBe('Backed up.');
  });

  it('tries a task in a test', async () => {
    const { ReportsTools } = await page.import<{ ReportsTools: Type }>('task');
    const { resultOf } = await page.import<{
      resultOf(source: McpTestSource, tool: string): Promise<unknown>;
    }>('test');
    class ReportsModule {}
    const tasks = { pollIntervalMs: 20 };
    const imports = [McpSseModule.forRoot({ name: 'reports', version: '1.0.0', tasks })];
    const module = { module: ReportsModule, imports, providers: [ReportsTools] };
    expect(await resultOf(module, 'report')).toMatchObject({ content: [{ text: 'A good year.' }] });
  });

  it('has options', async () => {
    const { AppModule } = await page.import<{ AppModule: new () => object }>('options');
    const mcp = await page.start(AppModule, { era });
    expect(mcp.getServerCapabilities()).not.toHaveProperty('extensions');
  });

  it('has no block without a test', () => {
    expect(page.untested).toEqual([]);
  });
});
