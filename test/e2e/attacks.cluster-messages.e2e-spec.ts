import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { HttpException } from '@nestjs/common';
import { Redis } from 'ioredis';
import { McpMetricsModule } from 'nestjs-mcp-sse/metrics';
import { redisCluster } from 'nestjs-mcp-sse/redis';
import { HttpWireClient, rpc } from '../clients/http-wire-client.js';
import { send, WireClient, type WireResponse } from '../clients/wire-client.js';
import { describeWithRedis } from '../fixtures/cluster-backends.js';
import { MemoryLog } from '../fixtures/memory-log.js';
import { messagesUrlAt } from '../fixtures/nodes.js';
import { startRedisServer, type RedisServer } from '../fixtures/redis-server.js';
import { startApp, type AppFixture, type RunningApp } from '../fixtures/start-app.js';

const JSON_TYPE = { 'content-type': 'application/json' };
const DEEP = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`;

/** What is no message, whoever sends it. */
const GARBAGE: readonly string[] = [
  'nonsense',
  '',
  'null',
  '[]',
  '"text"',
  '{}',
  '{"v":"one","kind":"told"}',
  '{"v":1,"kind":"constructor","from":"x"}',
  '{"v":1,"kind":"answer"}',
  '{"v":1,"kind":"request","id":7,"from":"x","expiresAt":9e15,"body":{}}',
  '{"v":1,"kind":"told","from":"x"}',
  '{"v":1,"kind":"told","from":"x","body":{"type":"toString","id":"x"}}',
  '{"v":1,"kind":"told","from":"x","body":{"type":"close","id":{}}}',
  '{"v":1,"kind":"told","from":"x","body":{"type":"closeWhere","where":7,"reason":"revoked"}}',
  '{"v":1,"kind":"told","from":"x","body":{"type":"closeWhere","where":{"__proto__":{}},"reason":"revoked"}}',
  '{"v":1,"kind":"told","from":"x","body":{"type":"closeWhere","where":{"age":"7"},"reason":"revoked"}}',
  '{"v":1,"kind":"told","from":"x","body":{"type":"notify","id":"x","method":1}}',
  `{"v":1,"kind":"told","from":"x","body":${DEEP}}`,
];

describeWithRedis('the attacker who writes to the Redis of two nodes', () => {
  let redis: RedisServer;
  let inspector: Redis;
  /** Of all nodes: Nest has one log for a process. */
  let log: MemoryLog;
  const nodes: { readonly app: RunningApp; readonly id: string }[] = [];

  beforeEach(async () => {
    redis = await startRedisServer('--client-output-buffer-limit', 'pubsub 0 0 0');
    inspector = new Redis(redis.url);
    log = new MemoryLog();
  }, 60_000);

  afterEach(async () => {
    await Promise.all(nodes.splice(0).map(({ app }) => app.close()));
    inspector.disconnect();
    await redis.stop();
  }, 60_000);

  const start = async (options: AppFixture['options'] = {}) => {
    const known = await inspector.keys('mcp:test:node:*');
    const app = await startApp({
      adapter: nodes.length === 0 ? 'express' : 'fastify',
      imports: [McpMetricsModule.forRoot()],
      options: { ...options, cluster: redisCluster({ url: redis.url }) },
      configure: (made) => made.useLogger(log),
    });
    const [key] = (await inspector.keys('mcp:test:node:*')).filter((each) => !known.includes(each));
    nodes.push({ app, id: key!.split(':').at(-1)! });
    return nodes.at(-1)!;
  };
  const postAt = async ({ app }: { app: RunningApp }, client: WireClient, message: object) =>
    send(await messagesUrlAt(app, client), { headers: JSON_TYPE, body: JSON.stringify(message) });
  const unread = async ({ app }: { app: RunningApp }) => {
    const { body } = await send(`${app.url}/metrics`, { method: 'GET' });
    const found = [...body.matchAll(/mcp_cluster_unreadable_total\{server="test",kind="(\w+)"\} (\d+)/g)];
    expect(body).toMatch(/^mcp_cluster_up\{server="test"\} 1$/m);
    return Object.fromEntries(found.map(([, kind, count]) => [kind, Number(count)]));
  };
  const dropped = (kind: string) =>
    log.lines.filter((line) => line.startsWith(`warn A ${kind} of the cluster is dropped`));
  const keyOf = async (client: WireClient, what: string) => `mcp:test:{${await client.sessionId()}}:${what}`;

  it('on the channel of a node: unreadable messages are counted, logged once and dropped', async () => {
    const [one, other] = [await start(), await start()];
    const clients = await Promise.all(nodes.map(({ app }) => WireClient.connect(`${app.url}/sse`)));
    for (const text of GARBAGE) await inspector.publish(`mcp:test:to:${one.id}`, text);
    await inspector.publish('mcp:test:to-all', 'nonsense');
    await inspector.publish(`mcp:test:to:${one.id}`, 'x'.repeat(32 * 1024 * 1024 + 1));
    // On the same channel, so after it.
    expect(await postAt(other, clients[0]!, rpc(1, 'ping'))).toMatchObject({ status: 202 });
    expect(await clients[0]!.answer(1)).toHaveProperty('result');
    expect(await clients[1]!.call(1, 'ping')).toHaveProperty('result');
    expect(await unread(one)).toEqual({ message: GARBAGE.length + 2, record: 0, event: 0, request: 0 });
    expect(dropped('message')).toHaveLength(nodes.length);
    for (const client of clients) client.close();
  });

  it('on the channel of a session: the stream continues', async () => {
    const [one, other] = [await start(), await start()];
    const client = await WireClient.connect(`${one.app.url}/sse`);
    await client.call(1, 'ping');
    client.close();
    const stream = await WireClient.open(`${other.app.url}/sse`, { 'last-event-id': client.lastEventId! });
    await stream.endpoint();
    const channel = await keyOf(client, 'events');
    for (const text of ['nonsense', '7', '{"v":1,"position":"1"}', '{"v":2,"position":1}'])
      await inspector.publish(channel, text);
    expect(await postAt(one, client, rpc(2, 'ping'))).toMatchObject({ status: 202 });
    expect(await stream.answer(2)).toHaveProperty('result');
    expect(await unread(other)).toMatchObject({ event: 4 });
    expect(dropped('event')).toHaveLength(1);
    stream.close();
  });

  it('as a session record: an unreadable session is gone, and no other is', async () => {
    const [one, other] = [await start(), await start()];
    const [broken, whole] = await Promise.all([1, 2].map(() => WireClient.connect(`${one.app.url}/sse`)));
    const key = await keyOf(broken!, 'session');
    await broken!.call(1, 'ping');
    for (const principal of ['nonsense', '[]', '{"subject":[]}', DEEP]) {
      await inspector.hset(key, 'record.principal', principal);
      expect(await postAt(other, broken!, rpc(2, 'ping'))).toMatchObject({ status: 404 });
    }
    await inspector.set(key, 'another type');
    expect(await postAt(other, broken!, rpc(2, 'ping'))).toMatchObject({ status: 404 });
    expect(await postAt(other, whole!, rpc(3, 'ping'))).toMatchObject({ status: 202 });
    expect(await whole!.answer(3)).toHaveProperty('result');
    expect(await broken!.call(4, 'ping')).toHaveProperty('result');
    expect(await unread(other)).toMatchObject({ record: 5 });
    for (const client of [broken, whole]) client!.close();
  });

  it('as events and requests of a session: its next node continues with the readable ones', async () => {
    const [one, other] = [await start(), await start()];
    const client = await WireClient.connect(`${one.app.url}/sse`);
    await client.call(1, 'ping');
    client.close();
    for (const request of ['nonsense', '{}', '1.5'])
      await inspector.hset(await keyOf(client, 'requests'), request, '0');
    await inspector.hset(await keyOf(client, 'requests'), '"lost"', 'nowhere', '"known"', '0');
    await one.app.close();
    nodes.shift();
    await inspector.xadd(await keyOf(client, 'log'), '1000-0', 'nonsense', 'x');
    const stream = await WireClient.open(`${other.app.url}/sse`, { 'last-event-id': client.lastEventId! });
    expect(await stream.sessionId()).toBe(await client.sessionId());
    expect(await stream.answer('known')).toHaveProperty('error');
    expect(await unread(other)).toMatchObject({ request: 4 });
    stream.close();
  });

  it('or fails a single request: Redis does not count as unreachable, and others are served', async () => {
    const hostile = {
      toJSON: () => {
        throw new Error('there is no JSON of this');
      },
    };
    const contextFactory = (request: unknown) => {
      const { headers } = request as { headers: Record<string, string> };
      if (headers['x-fail']) throw new HttpException(hostile, 409);
      return {};
    };
    const [one, other] = [await start({ contextFactory }), await start({ contextFactory })];
    const client = await HttpWireClient.connect(`${one.app.url}/mcp`);
    const elsewhere = new HttpWireClient(`${other.app.url}/mcp`, client.headers);
    const deep = `{"jsonrpc":"2.0","id":1,"method":"ping","params":${DEEP}}`;
    const refused: WireResponse[] = [
      await elsewhere.post(deep),
      await elsewhere.post(rpc(2, 'ping'), { 'x-fail': 'yes' }),
    ];
    expect(refused.map(({ status }) => status)).toEqual([400, 500]);
    expect(refused[1]!.body).toMatch(/Internal error \(correlation id /);
    expect(await elsewhere.post(rpc(3, 'ping'))).toMatchObject({ status: 200 });
    expect(await unread(other)).toMatchObject({ message: 0 });
    expect(log.lines.filter((line) => line.includes('the answer to another node'))).toHaveLength(1);
  });
});
