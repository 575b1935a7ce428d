import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { McpAuditService, type McpAuditEvent } from 'nestjs-mcp-sse';
import { ModernListener } from '../clients/modern-listener.js';
import { ModernWireClient } from '../clients/modern-wire-client.js';
import { CAPABILITIES, TASKS, TaskWireClient } from '../clients/task-wire-client.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';
import { named, TaskDesk } from '../fixtures/tasks/task-desk.js';

describe('a task', () => {
  let app: RunningApp;
  let desk: TaskDesk;
  let client: TaskWireClient;
  const audited: McpAuditEvent[] = [];
  beforeAll(async () => {
    app = await startApp({ providers: [TaskDesk] });
    desk = app.app.get(TaskDesk);
    client = new TaskWireClient(`${app.url}/mcp`);
    app.app.get(McpAuditService).events$.subscribe((event) => audited.push(event));
  });
  beforeEach(() => {
    desk.reset();
    audited.length = 0;
  });
  afterAll(() => app.close());

  it('is the answer to a call, and has the result of the tool when it has ended', async () => {
    const { result } = await client.callTool('report', { subject: 'sales' });
    expect(result).toEqual({
      resultType: 'task',
      taskId: expect.stringMatching(/^[\w-]{22}$/),
      status: 'working',
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
      lastUpdatedAt: result.createdAt,
      ttlMs: 3_600_000,
      pollIntervalMs: 1_000,
      _meta: expect.anything(),
    });
    expect(await client.ended(result.taskId)).toMatchObject({
      resultType: 'complete',
      taskId: result.taskId,
      status: 'completed',
      createdAt: result.createdAt,
      result: { resultType: 'complete', content: [{ type: 'text', text: 'sales for anonymous' }] },
    });
  });

  it('is offered to clients that declare the extension; for others an optional one is a plain call', async () => {
    const { result: discovered } = await client.call('server/discover');
    expect(discovered.capabilities.extensions).toEqual({ [TASKS]: {} });
    const plain = new ModernWireClient(`${app.url}/mcp`);
    expect(await plain.callTool('report', { subject: 'sales' })).toMatchObject({
      result: { resultType: 'complete', content: [{ text: 'sales for anonymous' }] },
    });
    const taskId = await client.begin('report', { subject: 'sales' });
    const error = { code: -32021, data: { requiredCapabilities: { extensions: { [TASKS]: {} } } } };
    for (const [method, params] of [
      ['tools/call', { name: 'wait', arguments: { subject: 'sales' } }],
      ['tasks/get', { taskId }],
      ['tasks/update', { taskId, inputResponses: {} }],
      ['tasks/cancel', { taskId }],
      ['subscriptions/listen', { notifications: { taskIds: [taskId] } }],
    ] as const)
      expect(await plain.call(method, params)).toMatchObject({ error });
    expect(await client.callTool('plain')).toMatchObject({ result: { resultType: 'complete' } });
  });

  it('tells the progress of its handler in its status', async () => {
    const taskId = await client.begin('wait', { subject: 'a' });
    const context = await desk.begun.passed;
    context.progress(1, 3, 'Reading');
    context.log.error('nobody reads this');
    for (;;) {
      const { status, statusMessage } = await client.get(taskId);
      expect(status).toBe('working');
      if (statusMessage === 'Reading (1 of 3)') break;
    }
    desk.gate.open('done');
    expect(await client.ended(taskId)).toMatchObject({ result: { content: [{ text: 'a: done' }] } });
  });

  it.each([
    ['public', { status: 'completed', result: { isError: true, content: [{ text: 'no such subject' }] } }],
    [
      'secret',
      {
        status: 'completed',
        result: { isError: true, content: [{ text: expect.stringMatching(/^Internal error \(corr/) }] },
      },
    ],
    [
      'protocol',
      {
        status: 'failed',
        statusMessage: 'out of order',
        error: { code: -32050, message: 'out of order', data: { desk: 1 } },
      },
    ],
  ])('ends with the %s error of its handler, as a call does', async (subject, expected) => {
    const task = await client.ended(await client.begin('fail', { subject }));
    expect(task).toMatchObject(expected);
    expect(Object.keys(task)).not.toContain(task['status'] === 'failed' ? 'result' : 'error');
  });

  it('answers arguments that do not fit with its result', async () => {
    expect(await client.ended(await client.begin('report', { subject: 1 }))).toMatchObject({
      status: 'completed',
      result: { isError: true, content: [{ text: expect.stringContaining('subject') }] },
    });
  });

  describe('that is cancelled', () => {
    it('aborts its handler, and stays cancelled', async () => {
      const taskId = await client.begin('wait', { subject: 'a' });
      const { signal } = await desk.begun.passed;
      const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve));
      const { result } = await client.cancel(taskId);
      expect(result).toEqual({ resultType: 'complete', _meta: expect.anything() });
      await aborted;
      expect((signal.reason as Error).message).toBe('The client cancelled the task.');
      desk.gate.open('too late');
      expect(await client.ended(taskId)).toMatchObject({
        status: 'cancelled',
        statusMessage: 'The client cancelled the task.',
      });
      expect((await client.cancel(taskId)).result.resultType).toBe('complete');
      expect((await client.answer(taskId, { name: named('Ada') })).result.resultType).toBe('complete');
    });

    it('has one outcome when its handler ends at the same time, and the notifications agree', async () => {
      for (let round = 0; round < 10; round++) {
        desk.reset();
        const taskId = await client.begin('wait', { subject: 'a' });
        await desk.begun.passed;
        const listener = await ModernListener.acknowledged(
          app.url,
          { taskIds: [taskId] },
          { capabilities: CAPABILITIES },
        );
        const acknowledged = client.cancel(taskId);
        if (round % 2 === 0) await new Promise(setImmediate);
        desk.gate.open('done');
        expect((await acknowledged).result.resultType).toBe('complete');
        const task = await client.ended(taskId);
        expect(['cancelled', 'completed']).toContain(task['status']);
        expect('result' in task).toBe(task['status'] === 'completed');
        let told = (await listener.next()).params;
        while (told.status === 'working') told = (await listener.next()).params;
        expect(told.status).toBe(task['status']);
        expect(await client.get(taskId)).toEqual(task);
        listener.disconnect();
      }
    });
  });

  describe('that asks its client', () => {
    it('shows the open questions, takes answers one by one, and ignores others', async () => {
      const taskId = await client.begin('ask');
      const asking = await client.until(taskId, 'input_required');
      expect(asking['inputRequests']).toEqual({
        payer: { method: 'elicitation/create', params: expect.objectContaining({ message: 'Who pays?' }) },
        2: { method: 'elicitation/create', params: expect.objectContaining({ message: 'Who signs?' }) },
      });
      expect((await client.answer(taskId, { payer: named('Ada'), never: named('Eve') })).result).toEqual({
        resultType: 'complete',
        _meta: expect.anything(),
      });
      const partly = await client.get(taskId);
      expect(partly['status']).toBe('input_required');
      expect(Object.keys(partly['inputRequests'])).toEqual(['2']);
      await client.answer(taskId, { payer: named('Mallory'), 2: named('Bob') });
      await client.until(taskId, 'input_required');
      await client.answer(taskId, { 2: named('Mallory'), 3: named('Cleo') });
      expect(await client.ended(taskId)).toMatchObject({
        result: { content: [{ text: 'Ada pays, Bob signs, Cleo is told' }] },
      });
    });

    it('asks again under another key when an answer does not fit', async () => {
      const taskId = await client.begin('ask');
      await client.until(taskId, 'input_required');
      await client.answer(taskId, { payer: named('A'), 2: { action: 'jump' } });
      let { inputRequests } = await client.until(taskId, 'input_required');
      while (!('payer_' in (inputRequests ?? {}))) ({ inputRequests } = await client.get(taskId));
      expect(Object.keys(inputRequests)).toEqual(['payer_', '2_']);
      await client.answer(taskId, { payer: named('Mallory'), payer_: named('Ada'), '2_': named('Bob') });
      await client.until(taskId, 'input_required');
      await client.answer(taskId, { 3: named('Cleo') });
      expect(await client.ended(taskId)).toMatchObject({
        result: { content: [{ text: 'Ada pays, Bob signs, Cleo is told' }] },
      });
    });

    it('refuses answers that are no object', async () => {
      const taskId = await client.begin('ask');
      for (const inputResponses of [undefined, null, [], 'Ada'])
        expect(await client.call('tasks/update', { taskId, inputResponses })).toMatchObject({
          error: { code: -32602, message: expect.stringContaining('inputResponses') },
        });
      await client.cancel(taskId);
    });

    it('lets nobody wait for an answer once it is cancelled', async () => {
      const taskId = await client.begin('ask');
      await client.until(taskId, 'input_required');
      await client.cancel(taskId);
      expect(await client.get(taskId)).not.toHaveProperty('inputRequests');
      expect((await client.answer(taskId, { payer: named('Ada') })).result.resultType).toBe('complete');
      expect(await client.get(taskId)).toMatchObject({ status: 'cancelled' });
    });
  });

  describe('that its handler begins', () => {
    it('asks before by input_required, and keeps answers and steps', async () => {
      const call = { name: 'offer', arguments: { subject: 'dear' } };
      const { result: asking } = await client.call('tools/call', call);
      expect(asking).toMatchObject({
        resultType: 'input_required',
        inputRequests: { name: expect.anything() },
      });
      const { result } = await client.call('tools/call', {
        ...call,
        requestState: asking.requestState,
        inputResponses: { name: named('Ada') },
      });
      expect(result).toMatchObject({ resultType: 'task', status: 'working' });
      expect(Object.keys(result)).not.toContain('requestState');
      const { inputRequests } = await client.until(result.taskId, 'input_required');
      expect(inputRequests).toEqual({ other: expect.objectContaining({ method: 'elicitation/create' }) });
      await client.answer(result.taskId, { other: named('Bob') });
      expect(await client.ended(result.taskId)).toMatchObject({
        result: { content: [{ text: '3: Ada and Bob (true)' }] },
      });
      expect(desk.ran).toEqual(['run', 'run', 'number', 'run', 'begun']);
    });

    it('is no task when the handler ends before', async () => {
      expect(await client.callTool('offer', { subject: 'cheap' })).toMatchObject({
        result: { resultType: 'complete', content: [{ text: 'at once' }] },
      });
    });
  });

  it('has an entry in the audit trail for its call, for each request that changes it, and for its end', async () => {
    const taskId = await client.begin('wait', { subject: 'secret' });
    await desk.begun.passed;
    await client.get(taskId);
    desk.gate.open('done');
    await client.ended(taskId);
    desk.reset();
    const cancelled = await client.begin('wait', { subject: 'b' });
    await desk.begun.passed;
    await client.cancel(cancelled);
    await client.ended(cancelled);
    const entries = audited.map(({ type, method, name, outcome }) => [type, method, name, outcome]);
    expect(entries).toEqual([
      ['call', 'tools/call', 'wait', 'task'],
      ['task', 'tools/call', 'wait', 'ok'],
      ['call', 'tools/call', 'wait', 'task'],
      ['task', 'tools/call', 'wait', 'cancelled'],
      ['task', 'tasks/cancel', undefined, 'ok'],
    ]);
    const [made, ended] = audited;
    expect(ended).toMatchObject({
      subject: 'anonymous',
      transport: 'streamable-http',
      arguments: { subject: 'secret' },
      correlationId: made!.correlationId,
    });
    expect(JSON.stringify(audited)).not.toContain(taskId);
  });

  it('has an id that says nothing when it is unknown', async () => {
    for (const method of ['tasks/get', 'tasks/cancel'])
      expect(await client.call(method, { taskId: 'nobody' })).toMatchObject({ error: { code: -32602 } });
    expect(await client.answer('nobody', {})).toMatchObject({ error: { code: -32602 } });
    expect(await client.call('tasks/get', {})).toMatchObject({ error: { code: -32602 } });
    for (const method of ['tasks/list', 'tasks/result'])
      expect(await client.call(method)).toMatchObject({ error: { code: -32601 } });
  });

  it('is known by the header Mcp-Name too, which must say the same', async () => {
    const taskId = await client.begin('report', { subject: 'a' });
    expect(await client.call('tasks/get', { taskId }, { 'mcp-name': 'other' })).toMatchObject({
      error: { code: -32020 },
    });
  });
});
