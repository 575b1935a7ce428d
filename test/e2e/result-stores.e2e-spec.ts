import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { McpRegistry, type McpCluster } from 'nestjs-mcp-sse';
import { redisCluster } from 'nestjs-mcp-sse/redis';
import { MemoryResults } from '../../libs/mcp-sse/src/sessions/memory-results.js';
import { MemoryBudget } from '../../libs/mcp-sse/src/streaming/memory-budget.js';
import { ModernWireClient } from '../clients/modern-wire-client.js';
import { textOf } from '../fixtures/app-per-test.js';
import { describeOnClusters, describeWithRedis } from '../fixtures/cluster-backends.js';
import { HeaderUserGuard, userHeaders } from '../fixtures/header-user.guard.js';
import { nodesPerTest } from '../fixtures/nodes.js';
import { startRedisServer, type RedisServer } from '../fixtures/redis-server.js';

type Node = Awaited<ReturnType<McpCluster['join']>>;
type Store = Node['results'];

const LIMITS = { ttlMs: 60_000, maxBytes: 1_000 };
const NODE_LIMITS = { maxEvents: 1, maxBytes: 1 };

function testStore(stores: () => { one: Store; other: Store }): void {
  it('finds a text for its owner alone', async () => {
    const { one, other } = stores();
    expect(await one.keep('ada', 'a', 'för Ada', LIMITS)).toBe(true);
    expect(await other.find('ada', 'a')).toBe('för Ada');
    expect(await other.find('bob', 'a')).toBeUndefined();
    expect(await other.find('ada', 'b')).toBeUndefined();
  });

  it('drops the oldest texts of an owner for new ones, by their bytes', async () => {
    const { one, other } = stores();
    await one.keep('bob', 'b', 'x'.repeat(1_000), LIMITS);
    for (const id of ['1', '2', '3']) expect(await one.keep('ada', id, 'ä'.repeat(200), LIMITS)).toBe(true);
    expect(await other.find('ada', '1')).toBeUndefined();
    expect(await other.find('ada', '2')).toBeDefined();
    expect(await other.find('ada', '3')).toBeDefined();
    expect(await other.find('bob', 'b')).toBeDefined();
    expect(await one.keep('ada', 'large', 'ä'.repeat(501), LIMITS)).toBe(false);
    expect(await other.find('ada', '3')).toBeDefined();
  });

  it('keeps 256 texts of an owner', async () => {
    const { one } = stores();
    for (let id = 0; id <= 256; id++) await one.keep('ada', String(id), 'x', LIMITS);
    expect(await one.find('ada', '0')).toBeUndefined();
    expect(await one.find('ada', '1')).toBe('x');
    expect(await one.find('ada', '256')).toBe('x');
  });

  it('forgets a text after its time', async () => {
    const { one, other } = stores();
    await one.keep('ada', 'a', 'text', { ...LIMITS, ttlMs: 200 });
    expect(await other.find('ada', 'a')).toBe('text');
    while ((await other.find('ada', 'a')) !== undefined);
    await one.keep('ada', 'b', 'x'.repeat(1_000), LIMITS);
    expect(await other.find('ada', 'b')).toBeDefined();
  });
}

describe('the store of results of one process', () => {
  let store: MemoryResults;
  beforeEach(() => {
    store = new MemoryResults(MemoryBudget.unlimited());
  });
  testStore(() => ({ one: store, other: store }));
});

describeOnClusters('the store of results of several nodes', (makeCluster) => {
  let nodes: Node[];

  beforeEach(async () => {
    const cluster = makeCluster();
    nodes = await Promise.all([0, 1].map(() => cluster.join('server', NODE_LIMITS)));
    await Promise.all(nodes.map((node) => node.ready()));
  });
  afterEach(() => Promise.all(nodes.map((node) => node.leave())));

  testStore(() => ({ one: nodes[0]!.results, other: nodes[1]!.results }));
});

describe('a result that is kept by one node', () => {
  const startNodes = nodesPerTest();

  it('is read at another one by its caller, and unknown to others', async () => {
    const nodes = await startNodes(2, {
      options: { guards: [HeaderUserGuard], limits: { maxResultBytes: 500 } },
    });
    for (const { app } of nodes)
      app
        .get(McpRegistry)
        .addTool({ name: 'dump', onTooLarge: 'resource' }, () => ({ rows: 'x'.repeat(1_000) }));
    const at = (index: number, sub: string) =>
      new ModernWireClient(`${nodes[index]!.url}/mcp`, userHeaders(sub));
    const { result } = await at(0, 'ada').callTool('dump');
    const { uri } = result.content[1] as { uri: string };
    const read = await at(1, 'ada').call('resources/read', { uri });
    expect(read.result.contents[0].text).toBe(JSON.stringify({ rows: 'x'.repeat(1_000) }));
    expect(await at(1, 'bob').call('resources/read', { uri })).toMatchObject({ error: { code: -32602 } });

    for (const node of nodes) node.crash();
    expect(textOf(await at(0, 'ada').callTool('dump'))).toMatch(/^isError: The result has 2,0\d\d bytes/);
  });
});

describeWithRedis('results that are kept in Redis', () => {
  let redis: RedisServer;
  let node: Node;

  beforeEach(async () => {
    redis = await startRedisServer();
    node = await redisCluster({ url: redis.url }).join('server', NODE_LIMITS);
    await node.ready();
  }, 60_000);
  afterEach(async () => {
    await node.leave();
    await redis.stop();
  }, 60_000);

  it('leave nothing behind, and what others put in their place is not read', async () => {
    const client = new Redis(redis.url);
    await node.results.keep('ada', 'a', 'text', { ...LIMITS, ttlMs: 300 });
    const keys = (await client.keys('*results-*')).toSorted();
    expect(keys).toEqual([
      expect.stringMatching(/^mcp:server:\{results-[\w-]{43}\}:expiries$/),
      expect.stringMatching(/^mcp:server:\{results-[\w-]{43}\}:texts$/),
    ]);
    while ((await client.exists(...keys)) > 0);
    await client.set(keys[0]!, 'nonsense');
    expect(await node.results.find('ada', 'a')).toBeUndefined();
    expect(await node.results.keep('ada', 'a', 'text', LIMITS)).toBe(false);
    client.disconnect();
  });

  it('are refused while it is away', async () => {
    redis.pause();
    const unavailable = { name: 'ClusterUnavailableError' };
    await expect(node.results.keep('ada', 'a', 'text', LIMITS)).rejects.toMatchObject(unavailable);
    await expect(node.results.find('ada', 'a')).rejects.toMatchObject(unavailable);
    redis.resume();
  }, 60_000);
});
