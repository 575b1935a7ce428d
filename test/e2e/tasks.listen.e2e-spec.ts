import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ModernListener } from '../clients/modern-listener.js';
import { CAPABILITIES, TaskWireClient } from '../clients/task-wire-client.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';
import { named, TaskDesk } from '../fixtures/tasks/task-desk.js';

describe('a task on a stream of subscriptions/listen', () => {
  let app: RunningApp;
  beforeAll(async () => {
    app = await startApp({ providers: [TaskDesk] });
  });
  afterAll(() => app.close());

  const listen = (taskIds: string[]) =>
    ModernListener.open(app.url, { taskIds }, { capabilities: CAPABILITIES });

  it('is told as tasks/get answers it, at first and with each change', async () => {
    const client = new TaskWireClient(`${app.url}/mcp`);
    const taskId = await client.begin('ask');
    await client.until(taskId, 'input_required');
    const listener = await listen([taskId, taskId, 'unknown']);
    expect(await listener.next()).toMatchObject({
      method: 'notifications/subscriptions/acknowledged',
      params: { notifications: { taskIds: [taskId] } },
    });
    const first = await listener.next();
    const { resultType: _1, _meta: _2, ...task } = await client.get(taskId);
    expect(first).toEqual({
      jsonrpc: '2.0',
      method: 'notifications/tasks',
      params: { ...task, _meta: { 'io.modelcontextprotocol/subscriptionId': 'listen' } },
    });
    await client.answer(taskId, { payer: named('Ada'), 2: named('Bob') });
    let told = (await listener.next()).params;
    while (!told.inputRequests?.['3']) told = (await listener.next()).params;
    await client.answer(taskId, { 3: named('Cleo') });
    while (told.status !== 'completed') told = (await listener.next()).params;
    expect(told.result.content[0].text).toBe('Ada pays, Bob signs, Cleo is told');
    listener.disconnect();
  });
});
