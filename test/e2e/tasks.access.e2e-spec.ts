import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import {
  type McpContext,
  type McpDefinition,
  McpPolicy,
  type McpPrincipal,
  McpScopes,
  McpSseModule,
  McpTool,
} from 'nestjs-mcp-sse';
import { ModernListener } from '../clients/modern-listener.js';
import type { Message } from '../clients/modern-wire-client.js';
import { CAPABILITIES, TaskWireClient } from '../clients/task-wire-client.js';
import { HeaderUserGuard } from '../fixtures/header-user.guard.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';
import { SharedTasks } from '../fixtures/tasks/shared-tasks.js';
import { TaskDesk } from '../fixtures/tasks/task-desk.js';

/** Refuses the tools that a test names, and counts its decisions. */
class Policy extends McpPolicy {
  readonly refused = new Set<string>();
  /** Accepted for one decision more. */
  readonly lastTime = new Set<string>();
  decisions = 0;

  async canAccess(_principal: McpPrincipal, { name }: McpDefinition): Promise<boolean> {
    this.decisions++;
    if (this.lastTime.delete(name)) this.refused.add(name);
    else return !this.refused.has(name);
    return true;
  }
}

@Injectable()
class Vault {
  @McpScopes('vault:open')
  @McpTool({ task: 'required', description: 'Opens the vault' })
  open(ctx: McpContext): object {
    const { headers, query, user } = ctx.request as Message;
    return {
      request: { headers, query, user },
      team: ctx.params['team'],
      region: (ctx as Message)['region'],
    };
  }

  @McpTool({ task: 'required', description: 'Has a long result' })
  long(): string {
    return 'x'.repeat(6_000);
  }
}

const user = (sub: string, { tenant = 'acme', scope = 'vault:open', ...claims }: Message = {}) => ({
  'x-user': JSON.stringify({ sub, tenant, scope, ...claims }),
});

describe('a task, for others than its owner', () => {
  const policy = new Policy();
  const shared = new SharedTasks();
  let app: RunningApp;
  let desk: TaskDesk;
  const client = (headers: Record<string, string>, path = 'a/mcp') =>
    new TaskWireClient(`${app.url}/${path}`, headers);
  beforeAll(async () => {
    const options = {
      guards: [HeaderUserGuard],
      policy,
      http: { path: ':team/mcp' },
      contextFactory: (request: unknown) => ({ region: `region of ${(request as Message)['user'].sub}` }),
      tasks: { store: shared, maxPerPrincipal: 3, maxBytes: 5_000, ttlMs: 30_000 },
    };
    const other = {
      name: 'other',
      version: '1.0.0',
      http: { path: 'other/:team/mcp' },
      sse: { path: 'o', messagesPath: 'p' },
    };
    app = await startApp({
      providers: [TaskDesk, Vault],
      options,
      imports: [McpSseModule.forRoot({ ...options, ...other })],
    });
    desk = app.app.get(TaskDesk);
  });
  beforeEach(() => {
    policy.refused.clear();
    desk.reset();
  });
  afterAll(() => app.close());

  const METHODS = ['tasks/get', 'tasks/update', 'tasks/cancel'];
  const ask = async (by: TaskWireClient, taskId: string): Promise<Message[]> => {
    const answers: Message[] = [];
    for (const method of METHODS) {
      const params = { taskId, ...(method === 'tasks/update' && { inputResponses: {} }) };
      const { headers, ...response } = await by.post(method, {
        ...params,
        _meta: { 'io.modelcontextprotocol/clientCapabilities': CAPABILITIES },
      });
      answers.push({ ...response, body: JSON.parse(response.body), type: headers['content-type'] });
    }
    return answers.map(({ body, ...answer }) => ({ ...answer, body: { ...body, id: 0 } }));
  };

  it('is as good as one that does not exist, and takes as many decisions', async () => {
    const ada = client(user('ada'));
    const taskId = await ada.begin('wait', { subject: 'a' });
    const unknown = await ask(ada, 'nobody');
    expect(unknown.map(({ body }) => body.error.code)).toEqual([-32602, -32602, -32602]);
    const before = policy.decisions;
    await ask(ada, 'nobody');
    const asked = policy.decisions - before;
    for (const other of [
      client(user('bob')),
      client(user('ada', { tenant: 'evil' })),
      client(user('ada', { iss: 'https://evil.example' })),
      client(user('ada'), 'b/mcp'),
      client(user('ada'), 'other/a/mcp'),
      client(user('bob', { scope: '' })),
    ]) {
      const start = policy.decisions;
      expect(await ask(other, taskId)).toEqual(unknown);
      expect(policy.decisions - start).toBe(asked);
    }
    expect(await client(user('ada', { exp: 4_102_444_800 })).get(taskId)).toMatchObject({
      status: 'working',
    });
    desk.gate.open('done');
    expect(await ada.ended(taskId)).toMatchObject({ status: 'completed' });
  });

  it('is gone for an owner to whom the policy no longer shows the tool', async () => {
    const eve = client(user('eve'));
    const taskId = await eve.begin('wait', { subject: 'a' });
    const unknown = await ask(eve, 'nobody');
    policy.refused.add('wait');
    expect(await ask(eve, taskId)).toEqual(unknown);
    policy.refused.clear();
    await eve.cancel(taskId);
  });

  it('fails when the policy refuses the tool before it is executed', async () => {
    const ida = client(user('ida'));
    policy.lastTime.add('report');
    const { result } = await ida.callTool('report', { subject: 'a' });
    let task = await shared.store.get(result.taskId);
    while (task!.status === 'working') task = await shared.store.get(result.taskId);
    expect(task).toMatchObject({
      status: 'failed',
      error: { code: -32602, message: 'Unknown tool: report' },
    });
  });

  it('demands the scopes of its tool from each token', async () => {
    const dan = client(user('dan'));
    const taskId = await dan.begin('open');
    await dan.ended(taskId);
    const { status, headers, body } = await client(user('dan', { scope: '' })).post('tasks/get', {
      taskId,
      _meta: { 'io.modelcontextprotocol/clientCapabilities': CAPABILITIES },
    });
    expect(status).toBe(403);
    expect(headers['www-authenticate']).toMatch(/insufficient_scope.*vault:open/);
    expect(body).not.toContain('region');
  });

  it('has the context of its call, without what came with the request', async () => {
    const fay = client({
      ...user('fay', { plan: 'gold' }),
      'accept-language': 'de',
      authorization: 'Bearer hidden',
    });
    const taskId = await fay.begin('open');
    const { result } = await fay.ended(taskId);
    const { request, ...others } = JSON.parse(result.content[0].text);
    expect(others).toEqual({ team: 'a', region: 'region of fay' });
    expect(request).toEqual({
      query: {},
      user: { sub: 'fay', tenant: 'acme', scope: 'vault:open' },
      headers: expect.objectContaining({ 'accept-language': 'de' }),
    });
    expect(JSON.stringify(await shared.store.get(taskId))).not.toMatch(/hidden|gold|x-user/);
  });

  it('is not told of, on streams of subscriptions/listen either', async () => {
    const gus = client(user('gus'));
    const taskId = await gus.begin('wait', { subject: 'a' });
    const listen = (headers: Record<string, string>) =>
      ModernListener.open(`${app.url}/a`, { taskIds: [taskId] }, { headers, capabilities: CAPABILITIES });
    const strange = await listen(user('bob'));
    expect((await strange.next()).params.notifications).toEqual({ taskIds: [] });
    const own = await listen(user('gus'));
    expect((await own.next()).params.notifications).toEqual({ taskIds: [taskId] });
    expect((await own.next()).params).toMatchObject({ status: 'working' });
    policy.refused.add('wait');
    const context = await desk.begun.passed;
    const { decisions } = policy;
    context.progress(1);
    while (policy.decisions === decisions) await new Promise(setImmediate);
    policy.refused.clear();
    await gus.cancel(taskId);
    expect((await own.next()).params).toMatchObject({ status: 'cancelled' });
    for (const listener of [strange, own]) listener.disconnect();
  });

  it('leaves room for others: each owner has a limit of its own', async () => {
    const [ned, oda] = [client(user('ned')), client(user('oda'))];
    for (const subject of ['1', '2', '3']) await ned.ended(await ned.begin('report', { subject }));
    expect(await ned.callTool('report', { subject: '4' })).toMatchObject({
      error: { code: -32603, message: expect.stringContaining('3 tasks'), data: { retryable: true } },
    });
    expect(await oda.begin('report', { subject: '1' })).toEqual(expect.any(String));
  });

  it('stores no more than it may', async () => {
    const pia = client(user('pia'));
    expect(await pia.callTool('report', { subject: 'x'.repeat(6_000) })).toMatchObject({
      error: { code: -32602, message: expect.stringContaining('tasks.maxBytes') },
    });
    expect(await pia.ended(await pia.begin('long'))).toMatchObject({
      status: 'failed',
      error: { code: -32603, message: expect.stringContaining('tasks.maxBytes') },
    });
  });
});

describe('a task whose time is over', () => {
  it('aborts its handler, and is as good as one that does not exist', async () => {
    const app = await startApp({ providers: [TaskDesk], options: { tasks: { ttlMs: 300 } } });
    const desk = app.app.get(TaskDesk);
    const client = new TaskWireClient(`${app.url}/mcp`);
    const kept = await client.begin('report', { subject: 'a' });
    expect((await client.ended(kept))['ttlMs']).toBe(300);
    const taskId = await client.begin('wait', { subject: 'a' });
    const { signal } = await desk.begun.passed;
    const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve));
    expect(await client.get(taskId)).toMatchObject({ status: 'working' });
    await aborted;
    for (const id of [kept, taskId])
      expect(await client.call('tasks/get', { taskId: id })).toMatchObject({ error: { code: -32602 } });
    await app.close();
  });
});
