import { afterEach, describe, expect, it } from '@jest/globals';
import { McpConfigurationError, type McpSseModuleOptions, type McpTaskRecord } from 'nestjs-mcp-sse';
import { ModernListener } from '../clients/modern-listener.js';
import { CAPABILITIES, TaskWireClient } from '../clients/task-wire-client.js';
import { anError, bootError } from '../fixtures/boot-error.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';
import { SharedQueue, SharedTasks } from '../fixtures/tasks/shared-tasks.js';
import { named, TaskDesk } from '../fixtures/tasks/task-desk.js';

interface Node extends RunningApp {
  readonly desk: TaskDesk;
  readonly client: TaskWireClient;
}

describe('tasks that several nodes share', () => {
  const nodes: Node[] = [];
  const start = async (tasks: McpSseModuleOptions['tasks'], count = 2) => {
    for (let index = 0; index < count; index++) {
      const app = await startApp({ providers: [TaskDesk], options: { tasks } });
      nodes.push({ ...app, desk: app.app.get(TaskDesk), client: new TaskWireClient(`${app.url}/mcp`) });
    }
    return nodes as [Node, Node];
  };
  afterEach(async () => {
    await Promise.all(nodes.splice(0).map((node) => node.close()));
  });

  describe('executed where they were made', () => {
    it('are found, answered and cancelled on each node', async () => {
      const [here, there] = await start({ store: new SharedTasks() });
      const asking = await here.client.begin('steps');
      await there.client.until(asking, 'input_required');
      await there.client.answer(asking, { name: named('Ada') });
      await here.desk.begun.passed;
      here.desk.gate.open('today');
      expect(await there.client.ended(asking)).toMatchObject({
        result: { content: [{ text: 'order 7 for Ada today' }] },
      });
      expect(here.desk.ran).toEqual(['run', 'order', 'ship']);
      here.desk.reset();
      const waiting = await here.client.begin('wait', { subject: 'a' });
      const { signal } = await here.desk.begun.passed;
      const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve));
      await there.client.cancel(waiting);
      await aborted;
      expect(await here.client.ended(waiting)).toMatchObject({ status: 'cancelled' });
    });

    it('fail when their node stops, and say so', async () => {
      const [here, there] = await start({ store: new SharedTasks() });
      const taskId = await here.client.begin('wait', { subject: 'a' });
      const { signal } = await here.desk.begun.passed;
      await here.close();
      expect(signal.aborted).toBe(true);
      expect(await there.client.get(taskId)).toMatchObject({
        status: 'failed',
        statusMessage: expect.stringContaining('The server stopped'),
        error: { code: -32603, message: expect.stringContaining('The server stopped') },
      });
    });

    it('fail when their node is gone without a word, also for who listens', async () => {
      const shared = new SharedTasks();
      const [, there] = await start({ store: shared });
      const taskId = await there.client.begin('wait', { subject: 'a' });
      await there.desk.begun.passed;
      const { store } = shared;
      const lost = {
        ...((await store.get(taskId)) as McpTaskRecord),
        id: 'lost',
        aliveUntil: Date.now() - 1,
      };
      await store.create(lost, 10);
      const listener = await ModernListener.acknowledged(
        there.url,
        { taskIds: ['lost'] },
        { capabilities: CAPABILITIES },
      );
      const failed = { status: 'failed', error: { message: expect.stringContaining('The worker') } };
      expect((await listener.next()).params).toMatchObject(failed);
      expect(await there.client.get('lost')).toMatchObject(failed);
      listener.disconnect();
    });
  });

  describe('executed by workers', () => {
    it('leave the worker while they wait for their client, and go on on another', async () => {
      const runner = new SharedQueue();
      const [here, there] = await start({ store: new SharedTasks(), runner });
      const taskId = await here.client.begin('steps');
      await there.client.until(taskId, 'input_required');
      while (runner.ended.length === 0) await new Promise(setImmediate);
      expect(runner.ended).toEqual(['waiting']);
      await there.client.answer(taskId, { name: named('Ada') });
      await there.desk.begun.passed;
      there.desk.gate.open('today');
      expect(await here.client.ended(taskId)).toMatchObject({
        status: 'completed',
        result: { content: [{ text: 'order 7 for Ada today' }] },
      });
      expect([here.desk.ran, there.desk.ran]).toEqual([
        ['run', 'order'],
        ['run', 'ship'],
      ]);
    });

    it('are tried again when their handler fails, and tell their client of it', async () => {
      const runner = new SharedQueue(3);
      const [here, there] = await start({ store: new SharedTasks(), runner });
      const taskId = await here.client.begin('fail', { subject: 'secret' });
      expect(await there.client.ended(taskId)).toMatchObject({
        status: 'completed',
        result: { isError: true, content: [{ text: expect.stringContaining('Internal error') }] },
      });
      while (runner.ended.length < 3) await new Promise(setImmediate);
      expect(runner.ended).toEqual(['a secret', 'a secret', 'a secret']);
      expect(here.desk.ran.length + there.desk.ran.length).toBe(3);
    });

    it.each(['public', 'protocol'])('are not tried again for the %s error of a handler', async (subject) => {
      const runner = new SharedQueue(3);
      const [here] = await start({ store: new SharedTasks(), runner }, 1);
      await here.client.ended(await here.client.begin('fail', { subject }));
      while (runner.ended.length === 0) await new Promise(setImmediate);
      expect(runner.ended).toEqual(['ended']);
      expect(here.desk.ran).toEqual(['run']);
    });

    it('are executed by one run at a time: one that was given up no longer changes them', async () => {
      const shared = new SharedTasks();
      const runner = new SharedQueue();
      const [here, there] = await start({ store: shared, runner });
      const taskId = await here.client.begin('wait', { subject: 'a' });
      const { signal } = await here.desk.begun.passed;
      const { version } = (await shared.store.get(taskId))!;
      const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve));
      await shared.store.change(taskId, version, { run: 'another' });
      await aborted;
      here.desk.gate.open('late');
      expect(await there.client.get(taskId)).toMatchObject({ status: 'working' });
      await there.client.cancel(taskId);
    });

    it('need a store that outlives the process', async () => {
      expect(await bootError({ options: { tasks: { runner: new SharedQueue() } } })).toEqual(
        anError(McpConfigurationError, '"tasks.runner"', 'in other processes too', 'Set "tasks.store"'),
      );
    });
  });
});
