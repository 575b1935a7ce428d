import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { McpTool } from 'nestjs-mcp-sse';
import { TaskWireClient } from '../clients/task-wire-client.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';

@Injectable()
class Reports {
  @McpTool({ task: 'required', description: 'Makes a report' })
  report(): string {
    return 'the report';
  }
}

describe('tasks', () => {
  let app: RunningApp;
  let client: TaskWireClient;
  beforeAll(async () => {
    app = await startApp({ providers: [Reports] });
    client = new TaskWireClient(`${app.url}/mcp`);
  });
  afterAll(() => app.close());

  it('answers a call with a handle, and has the result at tasks/get', async () => {
    const { result } = await client.callTool('report');
    expect(result).toMatchObject({
      resultType: 'task',
      status: 'working',
      ttlMs: 3_600_000,
      pollIntervalMs: 1_000,
    });
    const task = await client.ended(result.taskId);
    expect(task).toMatchObject({
      resultType: 'complete',
      taskId: result.taskId,
      status: 'completed',
      result: { content: [{ type: 'text', text: 'the report' }] },
    });
  });
});
