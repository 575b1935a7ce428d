import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Injectable, Ip } from '@nestjs/common';
import { McpTool } from 'nestjs-mcp-sse';
import type { Message } from '../clients/modern-wire-client.js';
import { CAPABILITIES, TaskWireClient } from '../clients/task-wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { HeaderUserGuard, userHeaders } from '../fixtures/header-user.guard.js';
import { appPerTest } from '../fixtures/app-per-test.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';
import { TaskDesk } from '../fixtures/tasks/task-desk.js';

const MIB = 1024 * 1024;
const MAX_BYTES = 16 * MIB;
const LARGE = 'x'.repeat(MIB - 1);

@Injectable()
class Heap {
  @McpTool({ task: 'required', description: 'Takes nothing, as far as it knows' })
  take(): string {
    return 'taken';
  }
}

describe('the attacker who wants much to be kept of its tasks', () => {
  let app: RunningApp;
  let desk: TaskDesk;
  const as = (sub: string) => new TaskWireClient(`${app.url}/mcp`, userHeaders(sub));
  const held = () => app.sessions.memory.bytes;
  beforeAll(async () => {
    app = await startApp({
      providers: [Heap, TaskDesk],
      options: { guards: [HeaderUserGuard], limits: { maxBytes: MAX_BYTES }, tasks: { maxBytes: 8 * MIB } },
    });
    desk = app.app.get(TaskDesk);
  });
  beforeEach(() => desk.reset());
  afterAll(() => app.close());

  it('makes many with large arguments: its own are forgotten, those that have ended first', async () => {
    const [ada, bob] = [as('ada'), as('bob')];
    const other = await bob.begin('wait', { subject: 'b' });
    desk.reset();
    const [running] = [
      await ada.begin('wait', { subject: LARGE }),
      await ada.begin('wait', { subject: LARGE }),
    ];
    const { signal } = await desk.begun.passed;
    const ended = await ada.begin('take', { one: LARGE, two: LARGE });
    for (let count = 0; count < 10; count++) await ada.begin('take', { one: LARGE, two: LARGE });
    const unknown = { error: { code: -32602, message: expect.stringContaining('Unknown task') } };
    expect(await ada.call('tasks/get', { taskId: ended })).toMatchObject(unknown);
    expect(await ada.get(running)).toMatchObject({ status: 'working' });
    for (let count = 0; count < 16; count++) await ada.begin('wait', { subject: LARGE });
    expect(await ada.call('tasks/get', { taskId: running })).toMatchObject(unknown);
    expect(signal.aborted).toBe(true);
    expect(held()).toBeLessThan(MAX_BYTES);
    expect(await bob.get(other)).toMatchObject({ status: 'working' });
    desk.gate.open('done');
    await bob.cancel(other);
  });

  it('sends what no handler would get: it is refused at once, and not stored', async () => {
    const eve = as('eve');
    const before = held();
    for (const args of [
      { a: Array.from({ length: 30_000 }, () => ({})) },
      { a: 'x'.repeat(MIB + 1) },
      JSON.parse('{"__proto__":{}}') as object,
    ])
      expect((await eve.callTool('take', args)).result).toMatchObject({
        isError: true,
        content: [{ text: expect.stringContaining('Invalid arguments') }],
      });
    expect(held()).toBe(before);
  });

  it('says much of itself: -32602, and of a trace no more than one has', async () => {
    const before = held();
    const send = async (meta: Message) => as('fay').call('tools/call', { name: 'take', _meta: meta });
    const capabilities = { ...CAPABILITIES, experimental: { a: { text: LARGE } } };
    expect(await send({ 'io.modelcontextprotocol/clientCapabilities': capabilities })).toMatchObject({
      error: { code: -32602, message: expect.stringContaining('too large') },
    });
    expect(await send({ 'io.modelcontextprotocol/clientInfo': { name: LARGE, version: '1' } })).toMatchObject(
      { error: { code: -32602 } },
    );
    expect((await send({ baggage: LARGE, tracestate: [LARGE] })).result).toHaveProperty('taskId');
    expect(held() - before).toBeLessThan(64 * 1024);
  });
});

describe('the attacker whose access is revoked', () => {
  const { start } = appPerTest();

  it('loses the tasks that run, and nobody else does', async () => {
    const app = await start({ providers: [TaskDesk], options: { guards: [HeaderUserGuard] } });
    const desk = app.app.get(TaskDesk);
    const [ada, bob] = ['ada', 'bob'].map((sub) => new TaskWireClient(`${app.url}/mcp`, userHeaders(sub)));
    const taskId = await ada!.begin('wait', { subject: 'a' });
    const { signal } = await desk.begun.passed;
    desk.reset();
    const other = await bob!.begin('wait', { subject: 'b' });
    const { signal: others } = await desk.begun.passed;
    const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve));
    app.sessions.closeWhere({ subject: 'ada' });
    await aborted;
    expect(await ada!.ended(taskId)).toMatchObject({
      status: 'failed',
      error: { message: 'Your access to this server was revoked.' },
    });
    expect(others.aborted).toBe(false);
    await bob!.cancel(other);
  });
});

@Controller()
class AddressController {
  @Get('address')
  @McpTool({ name: 'address', task: 'optional' })
  address(@Ip() ip: string | undefined): object {
    return { ip: ip ?? 'unknown' };
  }
}

describeOnAdapters('the attacker who is taken for a local caller', (adapter) => {
  const { start } = appPerTest(adapter);

  it('calls a route by a task, which has no connection: its address is unknown', async () => {
    const { url } = await start({ controllers: [AddressController] });
    const client = new TaskWireClient(`${url}/mcp`);
    expect(await client.ended(await client.begin('address'))).toMatchObject({
      result: { structuredContent: { ip: 'unknown' } },
    });
  });
});
