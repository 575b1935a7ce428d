import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { redisTaskStore } from 'nestjs-mcp-sse/redis';
import { NO_REPORTS, type ClusterReports } from '../../libs/mcp-sse/src/model/cluster/cluster-reports.js';
import { ClusterUnavailableError } from '../../libs/mcp-sse/src/model/errors/cluster.errors.js';
import type { McpTaskStore } from '../../libs/mcp-sse/src/model/tasks/mcp-task-store.js';
import { describeWithRedis } from '../fixtures/cluster-backends.js';
import { startRedisServer, type RedisServer } from '../fixtures/redis-server.js';
import { describeTaskStore, newTask } from '../fixtures/tasks/task-store-contract.js';
import { startTcpProxy, type TcpProxy } from '../fixtures/tcp-proxy.js';

describeWithRedis('tasks in Redis', () => {
  let redis: RedisServer;
  let network: TcpProxy;
  let inspector: Redis;
  let count = 0;
  const opened: McpTaskStore[] = [];
  const unread: string[] = [];
  const reports: ClusterReports = {
    ...NO_REPORTS,
    unreadable: (kind, why) => void unread.push(`${kind}: ${why}`),
  };

  beforeAll(async () => {
    redis = await startRedisServer();
    network = await startTcpProxy(redis.port);
    inspector = new Redis(redis.url);
  }, 60_000);

  afterEach(async () => {
    network.online = true;
    await Promise.all(opened.splice(0).map((store) => store.close()));
    unread.length = 0;
  });

  afterAll(async () => {
    inspector.disconnect();
    await network.close();
    await redis.stop();
  });

  describeTaskStore('Redis', async () => {
    const storage = redisTaskStore({ url: redis.url, keyPrefix: `tasks-${++count}` });
    return Promise.all([storage.open('shop', NO_REPORTS), storage.open('shop', NO_REPORTS)]);
  });

  const open = async (url = redis.url) => {
    const store = await redisTaskStore({ url, keyPrefix: `tasks-${++count}` }).open('shop', reports);
    opened.push(store);
    return { store, keyOf: (id: string) => `tasks-${count}:shop:{${id}}:task` };
  };
  const openThroughNetwork = () => open(network.url.replace('http', 'redis'));

  it('are unavailable while Redis is, and found again afterwards', async () => {
    const { store } = await openThroughNetwork();
    const task = newTask();
    await store.create(task, 10);
    let missed!: () => void;
    const gap = new Promise<void>((resolve) => (missed = resolve));
    store.watch((id) => id === undefined && missed());
    network.online = false;
    await expect(store.get(task.id)).rejects.toThrow(ClusterUnavailableError);
    await expect(store.change(task.id, 1, { attempt: 1 })).rejects.toThrow(ClusterUnavailableError);
    await expect(store.create(newTask(), 10)).rejects.toThrow(ClusterUnavailableError);
    network.online = true;
    await gap;
    let found = false;
    while (!found) {
      await new Promise(setImmediate);
      found = await store.get(task.id).then(
        (stored) => stored?.id === task.id,
        () => false,
      );
    }
    expect(await store.change(task.id, 1, { attempt: 1 })).toBe(true);
  });

  it('leave nothing behind when their time is over', async () => {
    const { store } = await open();
    await store.create(newTask({ ttlMs: 500 }), 10);
    const prefix = `tasks-${count}:shop:{`;
    expect(await inspector.keys(`${prefix}*`)).toHaveLength(2);
    while ((await inspector.keys(`${prefix}*`)).length > 0);
  });

  it('give back the place of an owner when Redis refuses the task', async () => {
    const { store, keyOf } = await open();
    const task = newTask();
    await inspector.set(keyOf(task.id), 'taken');
    await expect(store.create(task, 1)).rejects.toThrow('WRONGTYPE');
    expect(await store.create(newTask(), 1)).toBe(true);
  });

  it('keep the members that a later version has added', async () => {
    const { store, keyOf } = await open();
    const task = newTask();
    await store.create(task, 10);
    await inspector.hset(keyOf(task.id), { v: '2', needs: '1', colour: '"red"' });
    expect(await store.get(task.id)).toEqual(task);
    await store.change(task.id, 1, { attempt: 1 });
    expect(await inspector.hget(keyOf(task.id), 'colour')).toBe('"red"');
  });

  it('are left to nodes of a later version where they need one', async () => {
    const { store, keyOf } = await open();
    const task = newTask();
    await store.create(task, 10);
    await inspector.hset(keyOf(task.id), { v: '2' });
    await expect(store.get(task.id)).rejects.toThrow(ClusterUnavailableError);
    expect(unread).toEqual(['record: it needs version 2, and this node has 1']);
  });

  it.each([
    ['is not JSON', { principal: '{' }, 'record: it is not JSON'],
    ['has another shape', { status: '"paused"' }, 'record: it has another shape'],
  ])('are unknown when what is stored %s', async (_title, fields, report) => {
    const { store, keyOf } = await open();
    const task = newTask();
    await store.create(task, 10);
    await inspector.hset(keyOf(task.id), fields);
    expect(await store.get(task.id)).toBeUndefined();
    expect(unread).toEqual([report]);
  });

  it('are unknown when their key has another type', async () => {
    const { store, keyOf } = await open();
    await inspector.set(keyOf('x'), 'taken');
    expect(await store.get('x')).toBeUndefined();
    expect(unread).toEqual(['record: its key has another type']);
  });
});
