import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { redisCluster } from 'nestjs-mcp-sse/redis';
import { HttpWireClient, rpc } from '../clients/http-wire-client.js';
import { send, WireClient, type WireResponse } from '../clients/wire-client.js';
import { describeWithRedis } from '../fixtures/cluster-backends.js';
import { messagesUrlAt } from '../fixtures/nodes.js';
import { startRedisServer, type RedisServer } from '../fixtures/redis-server.js';
import { Stage } from '../fixtures/stage.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';
import { startTcpProxy, type TcpProxy } from '../fixtures/tcp-proxy.js';

/** Shorter than the 10 seconds for which a node retries. */
const OUTAGE_MS = 6_000;

describeWithRedis('two nodes whose Redis', () => {
  let redis: RedisServer;
  let successor: RedisServer | undefined;
  let network: TcpProxy;
  let inspector: Redis;
  const running: RunningApp[] = [];
  const open: WireClient[] = [];

  beforeEach(async () => {
    redis = await startRedisServer();
    network = await startTcpProxy(redis.port);
    inspector = new Redis(redis.url, { retryStrategy: () => 100 });
    inspector.on('error', () => undefined);
    const cluster = () => redisCluster({ url: network.url.replace('http', 'redis') });
    for (const adapter of ['express', 'fastify'] as const)
      running.push(await startApp({ adapter, providers: [Stage], options: { cluster: cluster() } }));
  }, 60_000);

  afterEach(async () => {
    for (const client of open.splice(0)) client.close();
    await Promise.all(running.splice(0).map((app) => app.close()));
    inspector.disconnect();
    await network.close();
    await redis.stop();
    await successor?.stop();
    successor = undefined;
  }, 60_000);

  const nodes = () => running as [RunningApp, RunningApp];
  const connect = async (node: RunningApp) => kept(await WireClient.connect(`${node.url}/sse`));
  const resume = async (node: RunningApp, { lastEventId }: WireClient) =>
    kept(await WireClient.open(`${node.url}/sse`, { 'last-event-id': lastEventId }));
  const kept = (client: WireClient) => {
    open.push(client);
    return client;
  };
  const postAt = async (node: RunningApp, client: WireClient, message: object) =>
    send(await messagesUrlAt(node, client), {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(message),
    });
  /** Retries, as a client does when told to. */
  const accepted = async (post: () => Promise<WireResponse>) => {
    let answer = await post();
    while (answer.status === 503) answer = await post();
    expect(answer.status).toBe(202);
  };

  it('is full: each node serves its own sessions, refuses others, and saves everything once there is room', async () => {
    const [one, other] = nodes();
    const client = await connect(one);
    await inspector.config('SET', 'maxmemory', '1');
    expect(await client.call('a', 'ping')).toHaveProperty('result');
    expect(await postAt(other, client, rpc('x', 'ping'))).toMatchObject({ status: 503 });
    expect(await client.call('b', 'ping')).toHaveProperty('result');
    await inspector.config('SET', 'maxmemory', '0');
    await accepted(() => postAt(other, client, rpc('c', 'ping')));
    await client.answer('c');
    const again = kept(await WireClient.open(`${other.url}/sse`, { 'last-event-id': client.events[0]!.id! }));
    expect(answered(again, await again.answer('c'))).toEqual(['a', 'b', 'c']);
  }, 60_000);

  it('restarts without data: streams and sessions continue on either node, and calls are answered', async () => {
    const [one, other] = nodes();
    const client = await connect(one);
    const call = rpc('a', 'tools/call', { name: 'perform' });
    await postAt(other, client, call);
    const act = await one.app.get(Stage).next();
    client.close();
    const elsewhere = await resume(other, client);
    await elsewhere.endpoint();
    const http = await HttpWireClient.connect(`${one.url}/mcp`);
    await redis.restartEmpty();
    // At once, while the other node cannot find the sessions.
    const posted = accepted(() => postAt(other, client, rpc('b', 'ping')));
    const resumed = resume(other, client);
    act.resolve('done');
    await posted;
    const last = await resumed;
    expect(await last.sessionId()).toBe(await client.sessionId());
    const answers = answered(last, await last.answer('a'), await last.answer('b'));
    expect(answers.toSorted()).toEqual(['a', 'b']);
    const atOther = new HttpWireClient(`${other.url}/mcp`, http.headers);
    let answer = await atOther.post(rpc('a', 'ping'));
    while (answer.status === 503) answer = await atOther.post(rpc('a', 'ping'));
    expect(answer.status).toBe(200);
  }, 60_000);

  it('restarts without data: a stream on the other node continues without a break', async () => {
    const [one, other] = nodes();
    const client = await connect(one);
    await client.call('a', 'ping');
    client.close();
    const elsewhere = await resume(other, client);
    await elsewhere.endpoint();
    await redis.restartEmpty();
    await accepted(() => postAt(one, client, rpc('b', 'ping')));
    expect(await elsewhere.answer('b')).toHaveProperty('result');
    expect(elsewhere.response.closed).toBe(false);
  }, 60_000);

  it('has lost its scripts: clients notice nothing', async () => {
    const [one, other] = nodes();
    const client = await connect(one);
    await client.call('a', 'ping');
    await inspector.script('FLUSH');
    expect(await client.call('b', 'ping')).toHaveProperty('result');
    await inspector.script('FLUSH');
    expect(await postAt(other, client, rpc('c', 'ping'))).toMatchObject({ status: 202 });
    expect(await client.answer('c')).toHaveProperty('result');
  }, 60_000);

  it('has become a replica: the nodes reconnect, and find the new primary', async () => {
    const [one, other] = nodes();
    const client = await connect(one);
    await client.call('a', 'ping');
    successor = await startRedisServer();
    network.target = successor.port;
    await inspector.replicaof('127.0.0.1', successor.port);
    await accepted(() => postAt(other, client, rpc('b', 'ping')));
    expect(await client.answer('b')).toHaveProperty('result');
    const observer = new Redis(successor.url);
    expect(await observer.keys(`*${await client.sessionId()}*`)).not.toEqual([]);
    observer.disconnect();
  }, 60_000);

  it('fails while a node answers another one: the request runs once, and its response arrives', async () => {
    const cluster = redisCluster({ url: redis.url });
    const join = () => cluster.join('bus', { maxEvents: 1, maxBytes: 1 });
    const [worker, asker] = [await join(), await join()];
    await Promise.all([worker.ready(), asker.ready()]);
    let asked = 0;
    worker.bus.serve(async () => {
      asked++;
      redis.pause();
      void delay(OUTAGE_MS).then(() => redis.resume());
      return 'done';
    });
    expect(await asker.bus.request(worker.id, 'do it')).toBe('done');
    expect(asked).toBe(1);
    await Promise.all([worker.leave(), asker.leave()]);
  }, 60_000);
});

/** The ids of the responses on a stream. */
function answered({ events }: WireClient, ..._awaited: unknown[]): unknown[] {
  return events
    .filter(({ event }) => event === 'message')
    .map(({ data }) => JSON.parse(data!) as Record<string, unknown>)
    .filter((message) => !('method' in message))
    .map(({ id }) => id);
}
