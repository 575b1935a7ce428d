import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { redisCluster } from 'nestjs-mcp-sse/redis';
import { HttpWireClient, rpc } from '../clients/http-wire-client.js';
import { send, WireClient } from '../clients/wire-client.js';
import { describeWithRedis } from '../fixtures/cluster-backends.js';
import { startRedisServer, type RedisServer } from '../fixtures/redis-server.js';
import { Stage } from '../fixtures/stage.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';

describeWithRedis('two nodes on Redis', () => {
  let redis: RedisServer;
  let inspector: Redis;
  const running: RunningApp[] = [];

  beforeEach(async () => {
    redis = await startRedisServer();
    inspector = new Redis(redis.url);
    for (let count = 0; count < 2; count++)
      running.push(
        await startApp({
          providers: [Stage],
          options: {
            cluster: redisCluster({ url: redis.url }),
            sse: { graceMs: 500 },
            http: { graceMs: 500 },
          },
        }),
      );
  }, 60_000);

  afterEach(async () => {
    await Promise.all(running.splice(0).map((app) => app.close()));
    inspector.disconnect();
    await redis.stop();
  }, 60_000);

  const postAt = async (node: RunningApp, client: WireClient, message: object) => {
    const { pathname, search } = new URL(await client.endpoint());
    return send(`${node.url}${pathname}${search}`, {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(message),
    });
  };

  it('serve their own sessions and refuse others while Redis is away, and recover when it returns', async () => {
    const [one, other] = running as [RunningApp, RunningApp];
    const client = await WireClient.connect(`${one.url}/sse`);
    redis.pause();
    const refused = postAt(other, client, rpc('x', 'ping'));
    expect(await client.call('a', 'ping')).toHaveProperty('result');
    expect(await client.call('b', 'ping')).toHaveProperty('result');
    const { status, headers } = await refused;
    expect([status, headers['retry-after']]).toEqual([503, '1']);
    redis.resume();
    let answer = await postAt(other, client, rpc('c', 'ping'));
    while (answer.status === 503) answer = await postAt(other, client, rpc('c', 'ping'));
    expect(answer.status).toBe(202);
    expect(await client.answer('c')).toHaveProperty('result');
    const last = client.events.findLast(({ id }) => id)!.id!;
    const first = client.events[0]!.id!;
    expect(last).not.toBe(first);
    const again = await WireClient.open(`${other.url}/sse`, { 'last-event-id': first });
    const ids = [(await again.message())['id'], (await again.message())['id'], (await again.message())['id']];
    expect(ids).toEqual(['a', 'b', 'c']);
    again.close();
    client.close();
  }, 60_000);

  it('save their sessions again when Redis has lost them', async () => {
    const [one, other] = running as [RunningApp, RunningApp];
    const client = await WireClient.connect(`${one.url}/sse`);
    expect(await client.call('a', 'ping')).toHaveProperty('result');
    await inspector.flushall();
    expect(await client.call('b', 'ping')).toHaveProperty('result');
    expect(await postAt(other, client, rpc('c', 'ping'))).toMatchObject({ status: 202 });
    expect(await client.answer('c')).toHaveProperty('result');
    const again = await WireClient.open(`${other.url}/sse`, { 'last-event-id': client.events[0]!.id! });
    expect(await again.answer('a')).toHaveProperty('result');
    again.close();
    client.close();
  }, 60_000);

  it('leave nothing in Redis of sessions that have ended', async () => {
    const [one, other] = running as [RunningApp, RunningApp];
    const client = await WireClient.connect(`${one.url}/sse`);
    await client.call('a', 'ping');
    const http = await HttpWireClient.connect(`${one.url}/mcp`);
    expect(await new HttpWireClient(`${other.url}/mcp`, http.headers).call('a', 'ping')).toHaveProperty(
      'result',
    );
    const keys = () => inspector.keys('mcp:test:{*');
    expect(await keys()).not.toEqual([]);
    expect(await new HttpWireClient(`${other.url}/mcp`, http.headers).delete()).toMatchObject({
      status: 200,
    });
    client.close();
    while ((await keys()).length > 0);
    await Promise.all(running.map((app) => app.close()));
    // The mark of the data set expires soon after the last node.
    expect(await inspector.keys('*')).toEqual(['mcp:test:dataset']);
    expect(await inspector.pttl('mcp:test:dataset')).toBeLessThanOrEqual(6_000);
  }, 60_000);

  it('leave nothing in Redis of the abandoned sessions of a killed node', async () => {
    const client = await WireClient.connect(`${running[0]!.url}/sse`);
    await client.call('a', 'ping');
    const keys = await inspector.keys('*');
    const ttls = await Promise.all(keys.map((key) => inspector.pttl(key)));
    expect(keys.length).toBeGreaterThan(3);
    expect(Math.min(...ttls)).toBeGreaterThan(0);
    expect(Math.max(...ttls)).toBeLessThanOrEqual(10_000);
    client.close();
  }, 60_000);
});
