import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type { McpCluster } from 'nestjs-mcp-sse';
import { redisCluster } from 'nestjs-mcp-sse/redis';
import { NodeGoneError } from '../../libs/mcp-sse/src/model/errors/cluster.errors.js';
import { HttpWireClient, rpc } from '../clients/http-wire-client.js';
import { send, WireClient } from '../clients/wire-client.js';
import { describeWithRedis } from '../fixtures/cluster-backends.js';
import { httpClientAt, messagesUrlAt } from '../fixtures/nodes.js';
import { startRedisServer, type RedisServer } from '../fixtures/redis-server.js';
import { Stage } from '../fixtures/stage.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';

type Member = Awaited<ReturnType<McpCluster['join']>>;

const LOST = { code: -32_000, data: { retryable: true } };
const perform = (id: string) => rpc(id, 'tools/call', { name: 'perform' });

describeWithRedis('a node whose session another one has adopted without its knowledge', () => {
  let redis: RedisServer;
  let inspector: Redis;
  let former: RunningApp;
  let next: RunningApp;
  let thief: Member;

  beforeEach(async () => {
    redis = await startRedisServer();
    inspector = new Redis(redis.url);
    const start = () =>
      startApp({
        providers: [Stage],
        options: { cluster: redisCluster({ url: redis.url }), sse: { graceMs: 2_000 } },
      });
    [former, next] = await Promise.all([start(), start()]);
    thief = await redisCluster({ url: redis.url }).join('test', { maxEvents: 100, maxBytes: 100_000 });
    await thief.ready();
  }, 60_000);

  afterEach(async () => {
    await Promise.all([former.close(), next.close(), thief.leave()]);
    inspector.disconnect();
    await redis.stop();
  }, 60_000);

  /** Adopts a session. @param isFree whether any node may adopt it from then on */
  async function steal(id: string, isFree: boolean): Promise<void> {
    const { owner } = (await thief.store.find(id))!;
    const { epoch } = (await thief.store.adopt(id, owner, thief.id))!;
    if (isFree) await thief.store.release(id, { node: thief.id, epoch });
  }

  const stageOf = ({ app }: RunningApp) => app.get(Stage);
  const postAtNext = async (client: WireClient, message: object) =>
    send(await messagesUrlAt(next, client), {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(message),
    });

  it('sends its client no event that it adds alone, and the log does not take it', async () => {
    const client = await WireClient.connect(`${former.url}/sse`);
    const id = await client.sessionId();
    await client.post(perform('a'));
    const { context } = await stageOf(former).next();
    context.log.info(1);
    context.log.info(2);
    await client.message();
    await client.message();
    const stored = await inspector.xlen(`mcp:test:{${id}}:log`);
    await steal(id, false);
    const monitor = await inspector.duplicate().monitor();
    const commands: string[] = [];
    monitor.on('monitor', (_time: string, [command]: string[]) => commands.push(command!.toLowerCase()));
    context.log.info(3);
    await client.end();
    monitor.disconnect();
    expect(commands).toContain('xadd');
    expect(client.events.filter(({ data }) => data?.includes('"data":3'))).toEqual([]);
    expect(await inspector.xlen(`mcp:test:{${id}}:log`)).toBe(stored);
  }, 60_000);

  it.each(['former', 'next'] as const)(
    'begins a call that came to the %s node over HTTP+SSE: its client gets one error, and nothing else of it',
    async (node) => {
      const client = await WireClient.connect(`${former.url}/sse`);
      await client.call('first', 'ping');
      // The next node remembers the owner.
      expect(await postAtNext(client, rpc('second', 'ping'))).toMatchObject({ status: 202 });
      await client.answer('second');
      await steal(await client.sessionId(), true);
      const posting = node === 'next' ? postAtNext(client, perform('a')) : client.post(perform('a'));
      const act = await stageOf(former).next();
      expect(await posting).toMatchObject({ status: 202 });
      act.resolve('done');
      await client.end();
      const again = await WireClient.open(`${next.url}/sse`, { 'last-event-id': client.lastEventId });
      expect(await again.message()).toMatchObject({ id: 'a', error: LOST });
      expect(await postAtNext(client, rpc('last', 'ping'))).toMatchObject({ status: 202 });
      expect(await again.message()).toEqual({ jsonrpc: '2.0', id: 'last', result: {} });
      expect(client.events.filter(({ data }) => data?.includes('"a"'))).toEqual([]);
      again.close();
    },
    60_000,
  );

  it('begins a call that came to the next node over Streamable HTTP: the answer is one error', async () => {
    const client = await HttpWireClient.connect(`${former.url}/mcp`);
    const atNext = httpClientAt(next, client);
    expect(await atNext.call('first', 'ping')).toHaveProperty('result');
    await steal(client.sessionId, true);
    const answering = atNext.call('a', 'tools/call', { name: 'perform' });
    const act = await stageOf(former).next();
    act.context.log.info('begun');
    expect(await answering).toMatchObject({ id: 'a', error: LOST });
    act.resolve('done');
    expect(await atNext.call('last', 'ping')).toEqual({ jsonrpc: '2.0', id: 'last', result: {} });
  }, 60_000);

  it('has stored the answer of a call, and dies before it says so: its client gets no other answer', async () => {
    const client = await WireClient.connect(`${former.url}/sse`);
    await client.call('first', 'ping');
    const id = await client.sessionId();
    await steal(id, false);
    const { epoch } = (await thief.store.find(id))!.owner;
    thief.bus.serve(async () => {
      const data = JSON.stringify({ jsonrpc: '2.0', id: 'a', result: {} });
      const position = epoch * 2 ** 32 + 1;
      const entry = { position, stream: 0, id: `${id}.${position}`, type: 'message' as const, data };
      const batch = { accepted: [], completed: [], entries: [entry] };
      expect(await thief.log.append(id, { node: thief.id, epoch }, batch)).toBe('ok');
      // Ends its term as a process does that is killed: the node that has asked gets no answer.
      await thief.leave();
      return new Promise(() => undefined);
    });
    expect(await postAtNext(client, perform('a'))).toMatchObject({ status: 202 });
    const again = await WireClient.open(`${next.url}/sse`, { 'last-event-id': client.lastEventId });
    expect(await again.message()).toMatchObject({ id: 'a', result: {} });
    expect(await postAtNext(client, rpc('last', 'ping'))).toMatchObject({ status: 202 });
    expect(await again.message()).toEqual({ jsonrpc: '2.0', id: 'last', result: {} });
    again.close();
    client.close();
  }, 60_000);

  it('does not let a session expire whose writes never pause', async () => {
    const client = await WireClient.connect(`${former.url}/sse`);
    await client.post(perform('a'));
    const { context, resolve } = await stageOf(former).next();
    const key = `mcp:test:{${await client.sessionId()}}:session`;
    let count = 0;
    while (count < 16) context.log.info(count++);
    await inspector.pexpire(key, 4_000);
    while ((await inspector.pttl(key)) <= 4_000) {
      await client.message();
      context.log.info(count++);
    }
    resolve('done');
    expect(await client.answer('a')).toHaveProperty('result');
    client.close();
  }, 60_000);
});

describeWithRedis('a node that has answered much', () => {
  it('forgets the oldest answers, and still carries out no request twice', async () => {
    const redis = await startRedisServer();
    const cluster = redisCluster({ url: redis.url });
    const node = await cluster.join('test', { maxEvents: 1, maxBytes: 1 });
    await node.ready();
    const asked: unknown[] = [];
    node.bus.serve(async (text) => {
      asked.push(text);
      return 'x'.repeat(1024 * 1024);
    });
    const asker = new Redis(redis.url);
    const commands = new Redis(redis.url);
    const answers: { id: string; refused?: string; body?: string }[] = [];
    let wake = () => undefined as void;
    asker.on('message', (_channel: string, text: string) => {
      for (const line of text.split('\n')) answers.push(JSON.parse(line));
      wake();
    });
    await asker.subscribe('mcp:test:to:asker');
    const ask = async (id: string) => {
      const expected = answers.length + 1;
      const expiresAt = Date.now() + 60_000;
      const request = { v: 1, kind: 'request', id, from: 'asker', expiresAt, needs: 1, body: id };
      await commands.publish(`mcp:test:to:${node.id}`, JSON.stringify(request));
      while (answers.length < expected) await new Promise<void>((resolve) => (wake = resolve));
      return answers.at(-1)!;
    };
    const id = randomBytes(8).toString('hex');
    expect((await ask(id)).body).toHaveLength(1024 * 1024);
    expect((await ask(id)).body).toHaveLength(1024 * 1024);
    for (let count = 0; count < 17; count++) await ask(`${id}.${count}`);
    expect(await ask(id)).toMatchObject({ id, refused: 'failed' });
    expect(asked.filter((each) => each === id)).toEqual([id]);
    for (const client of [asker, commands]) client.disconnect();
    await node.leave();
    await redis.stop();
  }, 60_000);
});

describeWithRedis('a node that leaves', () => {
  it('answers the requests that have arrived before it is gone', async () => {
    const redis = await startRedisServer();
    const join = () => redisCluster({ url: redis.url }).join('test', { maxEvents: 1, maxBytes: 1 });
    const [asking, leaving] = await Promise.all([join(), join()]);
    await Promise.all([asking.ready(), leaving.ready()]);
    const commands = new Redis(redis.url);
    let answer!: (text: string) => void;
    const arrived = new Promise<void>((resolve) =>
      leaving.bus.serve(async () => {
        resolve();
        return new Promise((answered) => (answer = answered));
      }),
    );
    const answered = asking.bus.request(leaving.id, {}, { acts: true });
    await arrived;
    const left = leaving.leave();
    const listeners = async () => (await commands.pubsub('NUMSUB', `mcp:test:to:${leaving.id}`))[1];
    while ((await listeners()) !== 0) await setImmediate();
    answer('here you are');
    expect(await answered).toBe('here you are');
    await left;
    commands.disconnect();
    await asking.leave();
    await redis.stop();
  }, 60_000);
});

describeWithRedis('a node that asks another one, which dies,', () => {
  let redis: RedisServer;
  let node: Member;
  let other: Redis;
  let commands: Redis;

  beforeEach(async () => {
    redis = await startRedisServer();
    node = await redisCluster({ url: redis.url }).join('test', { maxEvents: 1, maxBytes: 1 });
    await node.ready();
    other = new Redis(redis.url);
    commands = new Redis(redis.url);
    await commands.set('mcp:test:node:other', '1');
    await other.subscribe('mcp:test:to:other');
  });

  afterEach(async () => {
    for (const client of [other, commands]) client.disconnect();
    await node.leave();
    await redis.stop();
  });

  /** Asks the other node, which dies once it has the request. */
  const ask = async (meanwhile: () => Promise<unknown>): Promise<NodeGoneError> => {
    const arrived = once(other, 'message');
    const answered = node.bus.request('other', {}, { acts: true }).catch((error: unknown) => error);
    await arrived;
    await meanwhile();
    other.disconnect();
    await commands.del('mcp:test:node:other');
    return (await answered) as NodeGoneError;
  };

  it('knows that the request was not heard', async () => {
    const error = await ask(() => Promise.resolve());
    expect(error).toBeInstanceOf(NodeGoneError);
    expect(error).toHaveProperty('hasHeard', false);
  });

  it('counts the request as heard if it may have missed that', async () => {
    const error = await ask(async () => {
      const listening = (await commands.call('CLIENT', 'LIST', 'TYPE', 'pubsub')) as string;
      const ids = [...listening.matchAll(/^id=(\d+) .* laddr=/gm)].map(([, id]) => Number(id));
      const back = new Promise<void>((resolve) => node.onReturn(resolve));
      // The node has connected first.
      await commands.client('KILL', 'ID', Math.min(...ids));
      await back;
    });
    expect(error).toBeInstanceOf(NodeGoneError);
    expect(error).toHaveProperty('hasHeard', true);
  });
});
