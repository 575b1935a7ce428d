import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { redisCluster } from 'nestjs-mcp-sse/redis';
import { rpc } from '../clients/http-wire-client.js';
import { send, WireClient } from '../clients/wire-client.js';
import { describeWithRedis } from '../fixtures/cluster-backends.js';
import { MemoryLog } from '../fixtures/memory-log.js';
import { NextVersionNode } from '../fixtures/next-version-node.js';
import { messagesUrlAt } from '../fixtures/nodes.js';
import { startRedisServer, type RedisServer } from '../fixtures/redis-server.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';

const LATER = /warn a node of a later version is in the cluster: it writes version 2/;

describeWithRedis('a node whose cluster is updated to a later version', () => {
  let redis: RedisServer;
  let inspector: Redis;
  let next: NextVersionNode;
  let log: MemoryLog;
  let app: RunningApp;
  let id: string;
  const open: WireClient[] = [];

  beforeEach(async () => {
    redis = await startRedisServer();
    inspector = new Redis(redis.url);
    log = new MemoryLog();
    app = await start();
    id = (await inspector.keys('mcp:test:node:*'))[0]!.split(':').at(-1)!;
    next = await NextVersionNode.join(redis.url);
  }, 60_000);

  afterEach(async () => {
    for (const client of open.splice(0)) client.close();
    await app.close();
    await next.leave();
    inspector.disconnect();
    await redis.stop();
  }, 60_000);

  const start = () =>
    startApp({
      options: { cluster: redisCluster({ url: redis.url }) },
      configure: (made) => made.useLogger(log),
    });
  const connect = async () => {
    const client = await WireClient.connect(`${app.url}/sse`);
    open.push(client);
    await client.call('first', 'ping');
    return client;
  };
  const keyOf = (sessionId: string) => `mcp:test:{${sessionId}}:session`;
  /** The pieces of a session's record, as they are stored. */
  const piecesOf = async (client: WireClient) => {
    const session = await inspector.hgetall(keyOf(await client.sessionId()));
    return Object.fromEntries(Object.entries(session).filter(([name]) => name.startsWith('record.')));
  };
  const pieceOf = async (client: WireClient, name: string) =>
    JSON.parse((await piecesOf(client))[`record.${name}`]!) as Record<string, any>;
  const origin = async (client: WireClient) => {
    const principal = await pieceOf(client, 'principal');
    return { principal, headers: {}, params: {}, bytes: 1, request: {}, weather: 'sunny' };
  };
  const laterLines = () => log.lines.filter((line) => LATER.test(line));

  it('serves requests of a later node, ignores unknown members, and logs them once', async () => {
    const client = await connect();
    const post = (request: number, messages: object[]) =>
      origin(client).then(async (from) =>
        next.request(id, {
          type: 'post',
          id: await client.sessionId(),
          messages,
          origin: from,
          primes: false,
          urgency: request,
        }),
      );
    for (const request of [1, 2]) {
      const message = { kind: 'request', id: request, method: 'ping', params: {}, weather: 'sunny' };
      expect((await post(request, [message])).body).toMatchObject({ result: { after: expect.any(Number) } });
      expect(await client.answer(request)).toHaveProperty('result');
    }
    expect(laterLines()).toHaveLength(1);
  });

  it('refuses unreadable requests at once, and ignores unreadable messages', async () => {
    const client = await connect();
    const sessionId = await client.sessionId();
    const refused = { kind: 'answer', refused: 'unreadable', v: 1 };
    expect(await next.request(id, { type: 'hibernate', id: sessionId })).toMatchObject(refused);
    expect(await next.request(id, { type: 'end', id: sessionId, reason: 'revoked' }, 2)).toMatchObject(
      refused,
    );
    await next.tell(id, { type: 'closeWhere', where: {}, reason: 'revoked' }, 2);
    await next.tell(id, { type: 'closeWhere', where: { age: '7' }, reason: 'revoked' });
    // Uses the same channel, so it arrives after them.
    await next.request(id, { type: 'settle', id: sessionId });
    expect(await client.call(1, 'ping')).toHaveProperty('result');
    // An unknown reason still ends a session.
    await next.tell(id, { type: 'close', id: sessionId, reason: 'weather' });
    await client.end();
  });

  it('sends requests to a later node, and reads the known members of the responses', async () => {
    const client = await connect();
    const otherId = 'A'.repeat(22);
    const later = { 'record.id': JSON.stringify(otherId), 'record.v': '2', 'record.needs': '1' };
    const session = { ...(await piecesOf(client)), ...later, 'record.weather': '"sunny"' };
    await inspector.hset(keyOf(otherId), { node: next.id, epoch: '0', ...session });
    const post = async (message: object) =>
      send(`${app.url}/messages?sessionId=${otherId}`, {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(message),
      });
    next.answer = { result: { stream: 0, after: 0, weather: 'sunny' } };
    expect(await post(rpc(1, 'ping'))).toMatchObject({ status: 202 });
    expect(next.heard.at(-1)).toMatchObject({ kind: 'request', v: 1, body: { type: 'post' } });
    next.answer = { forecast: 'rain' };
    expect(await post(rpc(2, 'ping'))).toMatchObject({ status: 503 });
    // Only later nodes can serve this one; a client that retries may reach one.
    await inspector.hset(keyOf(otherId), 'record.needs', '2');
    expect(await post(rpc(3, 'ping'))).toMatchObject({ status: 503 });
    expect(laterLines()).toHaveLength(1);
  });

  it('keeps unknown members of a record when it writes the record again', async () => {
    const client = await connect();
    const key = keyOf(await client.sessionId());
    expect(await piecesOf(client)).toMatchObject({ 'record.v': '1' });
    const principal = { ...(await pieceOf(client, 'principal')), badge: [7] };
    await app.close();
    const later = { 'record.v': '2', 'record.needs': '1', 'record.weather': '"sunny"' };
    const state = { 'record.state.mood': '{"is":"good"}' };
    await inspector.hset(key, { ...later, ...state, 'record.principal': JSON.stringify(principal) });
    app = await start();
    const url = await messagesUrlAt(app, client);
    const body = JSON.stringify(rpc('level', 'logging/setLevel', { level: 'error' }));
    expect(await send(url, { headers: { 'content-type': 'application/json' }, body })).toMatchObject({
      status: 202,
    });
    const again = await WireClient.open(`${app.url}/sse`, { 'last-event-id': client.lastEventId! });
    open.push(again);
    expect(await again.answer('level')).toHaveProperty('result');
    expect(await again.call('last', 'ping')).toHaveProperty('result');
    expect(await piecesOf(client)).toMatchObject({
      ...later,
      ...state,
      'record.principal': JSON.stringify(principal),
      'record.state.logLevel': '"error"',
    });
    expect(laterLines()).toHaveLength(1);
  });
});
