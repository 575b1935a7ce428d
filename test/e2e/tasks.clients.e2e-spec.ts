import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Client } from '@modelcontextprotocol/client';
import {
  createTaskSessionFromClient,
  resultFromTaskOutcome,
  toolDeclaration,
  type ApplicationInputRequest,
  type TaskEnabledSession,
} from '@modelcontextprotocol/ext-tasks/client';
import type { JsonValue } from '@modelcontextprotocol/ext-tasks/core';
import { connectModern, MODERN } from '../clients/modern-client.js';
import { modernRpc } from '../clients/modern-wire-client.js';
import { CAPABILITIES, TaskWireClient } from '../clients/task-wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';
import { StdioPerTest } from '../fixtures/stdio-per-test.js';
import { named, TaskDesk } from '../fixtures/tasks/task-desk.js';

describeOnAdapters('tasks, for the official client of the extension', (adapter) => {
  let app: RunningApp;
  let client: Client;
  let session: TaskEnabledSession;
  let wire: TaskWireClient;
  const asked: ApplicationInputRequest[] = [];
  beforeAll(async () => {
    app = await startApp({ adapter, providers: [TaskDesk], options: { tasks: { pollIntervalMs: 10 } } });
    client = await connectModern(app.url);
    wire = new TaskWireClient(`${app.url}/mcp`);
    session = open(client);
  });
  const open = (connected: Client) =>
    createTaskSessionFromClient(connected, {
      endpointId: 'desk',
      // What the SDK's own path reads has the prototypes of another realm in Jest, which the session refuses.
      tools: { currentTool: (name) => toolDeclaration({ name, inputSchema: { type: 'object' } }) },
      // The SDK's own path refuses what it does not know, such as a result of type "task".
      rawDispatch: async (request) => {
        const { method, params } = request as { method: string; params: Record<string, JsonValue> };
        const { result, error } = await wire.call(method, params);
        return error ? { kind: 'error', error } : { kind: 'result', result };
      },
      v2RequestFraming: {
        protocolVersion: MODERN,
        clientInfo: { name: 'ext-tasks', version: '1.0.0' },
        clientCapabilities: CAPABILITIES,
      },
      onInputRequest: async (request) => {
        asked.push(request);
        return { action: 'accept', content: { name: `Ada ${asked.length}` } } as never;
      },
    });
  beforeEach(() => {
    asked.length = 0;
    app.app.get(TaskDesk).reset();
  });
  afterAll(async () => {
    await session.close();
    await client.close();
    await app.close();
  });

  it('give the result, and the immediate one of a tool that is no task', async () => {
    const execution = await session.callTool('report', { subject: 'sales' });
    expect(execution.kind).toBe('task');
    const { outcome } = await execution.settle();
    expect(resultFromTaskOutcome(outcome)).toMatchObject({ content: [{ text: 'sales for anonymous' }] });
    expect((await session.callTool('plain')).kind).toBe('immediate');
  });

  it('ask the questions of the handler', async () => {
    const { outcome } = await (await session.callTool('ask')).settle();
    expect(resultFromTaskOutcome(outcome)).toMatchObject({
      content: [{ text: expect.stringMatching(/^Ada [12] pays, Ada [12] signs, Ada 3 is told$/) }],
    });
    expect(asked.map(({ kind }) => kind)).toEqual(['elicitation', 'elicitation', 'elicitation']);
  });

  it('ask before a task begins too', async () => {
    const { outcome } = await (await session.callTool('offer', { subject: 'dear' })).settle();
    expect(resultFromTaskOutcome(outcome)).toMatchObject({
      content: [{ text: '3: Ada 1 and Ada 2 (true)' }],
    });
  });

  it('tell of an error, and of a cancellation', async () => {
    const failed = await (await session.callTool('fail', { subject: 'protocol' })).settle();
    expect(failed.outcome).toMatchObject({ status: 'failed', error: { code: -32050, data: { desk: 1 } } });
    const waiting = await session.callTool('wait', { subject: 'a' });
    const settled = waiting.settle();
    await waiting.cancel();
    expect((await settled).outcome.status).toBe('cancelled');
  });

  it('go on for a client that comes back with what it has kept', async () => {
    const execution = await session.callTool('wait', { subject: 'a' });
    if (execution.kind !== 'task') throw new Error('no task');
    let kept = '';
    await execution.handoff((reference) => void (kept = JSON.stringify(reference)));
    const later = await connectModern(app.url);
    const resumed = await open(later).resumeTask(JSON.parse(kept));
    app.app.get(TaskDesk).gate.open('done');
    const { outcome } = await resumed.settle();
    expect(resultFromTaskOutcome(outcome)).toMatchObject({ content: [{ text: 'a: done' }] });
    await later.close();
  });
});

describe('tasks over stdio', () => {
  const stdio = new StdioPerTest();

  it('work as over HTTP, and tell of their changes', async () => {
    await stdio.serve({ providers: [TaskDesk] });
    const { send, read } = stdio.exchange();
    const post = (id: number, method: string, params: object) =>
      send(modernRpc(id, method, params, CAPABILITIES));
    post(1, 'tools/call', { name: 'ask', arguments: {} });
    const { taskId } = (await read())['result'];
    post(2, 'subscriptions/listen', { notifications: { taskIds: [taskId] } });
    expect((await read())['params'].notifications).toEqual({ taskIds: [taskId] });
    const told = async (isIt: (task: Record<string, any>) => boolean) => {
      for (;;) {
        const { method, params } = await read();
        if (method === 'notifications/tasks' && isIt(params)) return params;
      }
    };
    await told(({ status }) => status === 'input_required');
    post(3, 'tasks/update', { taskId, inputResponses: { payer: named('Ada'), 2: named('Bob') } });
    await told(({ inputRequests }) => inputRequests?.['3'] !== undefined);
    post(4, 'tasks/update', { taskId, inputResponses: { 3: named('Cleo') } });
    expect((await told(({ status }) => status === 'completed')).result.content[0].text).toBe(
      'Ada pays, Bob signs, Cleo is told',
    );
    const desk = stdio.app.get(TaskDesk);
    desk.reset();
    post(5, 'tools/call', { name: 'wait', arguments: { subject: 'a' } });
    const waiting = (await read())['result'].taskId;
    const { signal } = await desk.begun.passed;
    post(6, 'tasks/cancel', { taskId: waiting });
    expect(await read()).toMatchObject({ id: 6, result: { resultType: 'complete' } });
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
  });
});
