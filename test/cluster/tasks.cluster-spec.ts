import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import {
  createTaskSessionFromClient,
  resultFromTaskOutcome,
  toolDeclaration,
} from '@modelcontextprotocol/ext-tasks/client';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { MODERN } from '../clients/modern-client.js';
import type { Message } from '../clients/modern-wire-client.js';
import { CAPABILITIES } from '../clients/task-wire-client.js';
import type { ChildApplication } from '../fixtures/child-application.js';
import { keyOf, TaskCluster } from '../fixtures/tasks/task-cluster.js';

const MINUTE = 60_000;

describe('tasks in a queue of BullMQ, with two nodes and two workers,', () => {
  let cluster: TaskCluster;
  let one: ChildApplication;
  let other: ChildApplication;
  let queue: Queue;

  beforeAll(async () => {
    cluster = await TaskCluster.start('node', 'node', 'worker', 'worker');
    [one, other] = cluster.applications as [ChildApplication, ChildApplication];
    queue = new Queue('tasks', { connection: { url: cluster.redis.url } });
    queue.on('error', () => undefined);
  }, 2 * MINUTE);

  afterEach(() => cluster.reset());

  afterAll(async () => {
    await queue.close();
    await cluster.stop();
  }, MINUTE);

  const nodes = () => [one.pid, other.pid];
  const begun = async () => {
    const { event, pid } = await cluster.told();
    expect(event).toBe('begun');
    expect(nodes()).not.toContain(pid);
    return pid;
  };

  it('are executed by a worker, and each node has their result', async () => {
    const id = await cluster.client(one).begin('work');
    const worker = await begun();
    expect(await cluster.client(other).get(id)).toMatchObject({ status: 'working' });
    await cluster.open();
    const expected = { status: 'completed', result: { content: [{ text: `done by ${worker}` }] } };
    for (const node of [other, one]) expect(await cluster.client(node).ended(id)).toMatchObject(expected);
  });

  it(
    'go on at another worker when theirs is killed',
    async () => {
      const id = await cluster.client(one).begin('work');
      const killed = await begun();
      expect(await cluster.end(killed, 'SIGKILL')).toBe('SIGKILL');
      const worker = await begun();
      expect(worker).not.toBe(killed);
      await cluster.open();
      expect(await cluster.client(other).ended(id)).toMatchObject({
        status: 'completed',
        result: { content: [{ text: `done by ${worker}` }] },
      });
      await cluster.add('worker');
    },
    MINUTE,
  );

  it(
    'fail, and tell their client, when their worker is killed and no attempt is left',
    async () => {
      const id = await cluster.client(one).begin('work_once');
      expect(await cluster.end(await begun(), 'SIGKILL')).toBe('SIGKILL');
      const message = 'The worker that executed the task was lost.';
      expect(await cluster.client(other).ended(id)).toMatchObject({
        status: 'failed',
        statusMessage: message,
        error: { code: -32603, message },
      });
      expect(await failedJob(id)).toMatchObject({ name: 'work_once' });
      await cluster.add('worker');
    },
    MINUTE,
  );

  it(
    'go back to the queue when their worker stops, without an attempt',
    async () => {
      const id = await cluster.client(one).begin('work_once');
      const stopped = await begun();
      const exit = cluster.end(stopped, 'SIGTERM');
      const events = [await cluster.told(), await cluster.told()];
      expect(events).toContainEqual({ event: 'aborted', pid: stopped });
      const worker = events.find(({ event }) => event === 'begun')!.pid;
      await cluster.open();
      expect(await cluster.client(other).ended(id)).toMatchObject({
        status: 'completed',
        result: { content: [{ text: `done by ${worker}` }] },
      });
      await exit;
      await cluster.add('worker');
    },
    MINUTE,
  );

  it('are aborted at their worker when a client cancels them at any node', async () => {
    const id = await cluster.client(one).begin('work');
    const worker = await begun();
    expect(await cluster.client(other).cancel(id)).toHaveProperty('result');
    expect(await cluster.told()).toEqual({ event: 'aborted', pid: worker });
    expect(await cluster.client(one).get(id)).toMatchObject({ status: 'cancelled' });
  });

  it('ask their client through any node, and go on at any worker', async () => {
    const id = await cluster.client(one).begin('order');
    const asked = await cluster.client(other).until(id, 'input_required');
    expect(await cluster.told()).toMatchObject({ event: 'number' });
    const [[key, question]] = Object.entries(asked['inputRequests'] as Message) as [[string, Message]];
    const number = /Order (\S+)\?/.exec(question['params'].message as string)![1];
    while ((await queue.getActiveCount()) > 0);
    const answer = { [key]: { action: 'accept', content: { size: 'L' } } };
    expect(await cluster.client(other).answer(id, answer)).toHaveProperty('result');
    const { result } = await cluster.client(one).ended(id);
    expect(result.content).toEqual([
      { type: 'text', text: expect.stringMatching(new RegExp(`^${number} L by \\d+$`)) },
    ]);
    await cluster.assertAllTold();
  });

  it('work with the official client, each of whose requests reaches another node', async () => {
    const wires = [one, other].map((node) => cluster.client(node));
    const client = new Client(
      { name: 'ext-tasks', version: '1.0.0' },
      { versionNegotiation: { mode: { pin: MODERN } } },
    );
    const headers = { 'x-api-key': keyOf('alice') };
    await client.connect(
      new StreamableHTTPClientTransport(new URL(`${one.url}/mcp`), { requestInit: { headers } }),
    );
    let count = 0;
    const session = createTaskSessionFromClient(client, {
      endpointId: 'cluster',
      tools: { currentTool: (name) => toolDeclaration({ name, inputSchema: { type: 'object' } }) },
      rawDispatch: async (request) => {
        const { method, params } = request as { method: string; params: Message };
        const { result, error } = await wires[count++ % 2]!.call(method, params);
        return error ? { kind: 'error', error } : { kind: 'result', result };
      },
      v2RequestFraming: {
        protocolVersion: MODERN,
        clientInfo: { name: 'ext-tasks', version: '1.0.0' },
        clientCapabilities: CAPABILITIES,
      },
      onInputRequest: async () => ({ action: 'accept', content: { size: 'M' } }) as never,
    });
    const { outcome } = await (await session.callTool('order')).settle();
    expect(resultFromTaskOutcome(outcome)).toMatchObject({
      content: [{ text: expect.stringMatching(/ M by \d+$/) }],
    });
    expect(await cluster.told()).toMatchObject({ event: 'number' });
    expect(count).toBeGreaterThan(3);
    await session.close();
    await client.close();
  });

  it('are attempted again after errors of their handler, as often as their options say', async () => {
    const id = await cluster.client(one).begin('fail');
    expect(await cluster.told()).toMatchObject({ event: 'attempt' });
    expect(await cluster.told()).toMatchObject({ event: 'attempt' });
    expect(await cluster.client(other).ended(id)).toMatchObject({
      status: 'completed',
      result: { isError: true },
    });
    expect(await failedJob(id)).toMatchObject({ name: 'fail', failedReason: 'no paper' });
  });

  it('belong to their owner, at each node', async () => {
    const id = await cluster.client(one).begin('work');
    await begun();
    for (const node of [one, other]) {
      const bob = cluster.client(node, 'bob');
      const methods = ['tasks/get', 'tasks/cancel', 'tasks/update'];
      for (const method of methods) {
        const ask = async (taskId: string) =>
          (await bob.call(method, { taskId, inputResponses: {} }))['error'] as unknown;
        const refusal = await ask(id);
        expect(refusal).toMatchObject({ code: -32602 });
        expect(refusal).toEqual(await ask('unknown'));
      }
    }
    expect(await cluster.client(other).get(id)).toMatchObject({ status: 'working' });
    await cluster.open();
    expect(await cluster.client(one).ended(id)).toMatchObject({ status: 'completed' });
  });

  it('have the claims of their principal at the worker, and no credential in Redis', async () => {
    const client = cluster.client(one);
    const id = await client.begin('who_am_i');
    const { result } = await client.ended(id);
    const { pid, headers, ...who } = result.structuredContent as Message;
    expect(nodes()).not.toContain(pid);
    expect(who).toEqual({
      subject: 'alice',
      roles: ['user'],
      user: { sub: 'alice', iss: 'api-key', roles: ['user'] },
    });
    expect(headers).toHaveProperty('mcp-protocol-version');
    expect(JSON.stringify(headers)).not.toContain('key');
    expect(await everythingIn(cluster.redis.url)).not.toContain(keyOf('alice'));
  });

  it(
    'survive a restart of Redis, which clients notice by errors that say to try again',
    async () => {
      const client = cluster.client(one);
      const id = await client.begin('work');
      await begun();
      cluster.redis.pause();
      const refusals = [await client.callTool('work'), await client.call('tasks/get', { taskId: id })];
      for (const { error } of refusals)
        expect(error).toMatchObject({ code: -32603, data: { retryable: true } });
      cluster.redis.resume();
      await cluster.redis.restart();
      // The lock of the job may have expired meanwhile, so that another worker has begun again.
      await cluster.open();
      await cluster.open();
      let task: Message | undefined;
      while (task?.['status'] !== 'completed') task = await client.get(id);
      expect(task).toMatchObject({ result: { content: [{ text: expect.stringContaining('done by') }] } });
    },
    MINUTE,
  );

  /** The job of a task, once it has failed for good. */
  async function failedJob(id: string) {
    for (;;) {
      const job = (await queue.getFailed()).find(({ data }) => data.id === id);
      if (job) return job;
    }
  }
});

describe('tasks in Redis, without BullMQ,', () => {
  let cluster: TaskCluster;

  beforeAll(async () => {
    cluster = await TaskCluster.start('both', 'both');
  }, 2 * MINUTE);

  afterAll(() => cluster.stop(), MINUTE);

  it(
    'fail, and tell their client at another node, when their node is killed',
    async () => {
      const [one, other] = cluster.applications as [ChildApplication, ChildApplication];
      const id = await cluster.client(one).begin('work');
      expect(await cluster.told()).toEqual({ event: 'begun', pid: one.pid });
      expect(await cluster.client(other).get(id)).toMatchObject({ status: 'working' });
      expect(await cluster.end(one.pid, 'SIGKILL')).toBe('SIGKILL');
      expect(await cluster.client(other).ended(id)).toMatchObject({
        status: 'failed',
        error: { code: -32603, message: expect.stringContaining('is gone') },
      });
    },
    MINUTE,
  );
});

/** All keys and values of a Redis. */
async function everythingIn(url: string): Promise<string> {
  const redis = new Redis(url);
  const keys = await redis.keys('*');
  const values = await Promise.all(
    keys.map(async (key) => {
      switch (await redis.type(key)) {
        case 'hash':
          return redis.hgetall(key);
        case 'list':
          return redis.lrange(key, 0, -1);
        case 'stream':
          return redis.xrange(key, '-', '+');
        case 'zset':
          return redis.zrange(key, '0', '-1');
        case 'set':
          return redis.smembers(key);
        default:
          return redis.get(key);
      }
    }),
  );
  redis.disconnect();
  return JSON.stringify([keys, values]);
}
