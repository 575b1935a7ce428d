import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type { McpCluster } from 'nestjs-mcp-sse';
import { redisCluster } from 'nestjs-mcp-sse/redis';
import { InputKeys } from '../../libs/mcp-sse/src/stateless/input-keys.js';
import { SharedUsedStates } from '../../libs/mcp-sse/src/stateless/shared-used-states.js';
import { describeOnClusters, describeWithRedis } from '../fixtures/cluster-backends.js';
import { startRedisServer, type RedisServer } from '../fixtures/redis-server.js';

type Node = Awaited<ReturnType<McpCluster['join']>>;

const LIMITS = { maxEvents: 1, maxBytes: 1 };
const UNAVAILABLE = { name: 'ClusterUnavailableError', message: expect.stringContaining('try again') };

describeOnClusters('the nodes of a server', (makeCluster) => {
  let nodes: Node[];

  beforeEach(async () => {
    const cluster = makeCluster();
    nodes = await Promise.all([0, 1, 2].map(() => cluster.join('server', LIMITS)));
    await Promise.all(nodes.map((node) => node.ready()));
  });

  afterEach(() => Promise.all(nodes.map((node) => node.leave())));

  it('share one random secret, unless the options name keys', async () => {
    const secrets = await Promise.all(nodes.map(async (node) => new InputKeys(undefined, node).secrets));
    expect(secrets[0]).toEqual([expect.stringMatching(/^[\w-]{43}$/)]);
    expect(secrets[1]).toEqual(secrets[0]);
    expect(secrets[2]).toEqual(secrets[0]);
    expect(new InputKeys(['named'], nodes[0]).secrets).toEqual(['named']);
  });

  it('have their secret at once after the first call that needed it', async () => {
    const keys = new InputKeys(undefined, nodes[0]);
    const agreed = keys.secrets;
    expect(agreed).toBeInstanceOf(Promise);
    expect(keys.secrets).toBe(agreed);
    expect(await agreed).toBe(keys.secrets);
  });

  it('accept a state once, whichever of them are asked at once', async () => {
    const used = nodes.map(({ agreement }) => new SharedUsedStates(agreement));
    const claims = await Promise.all([...used, ...used].map((states) => states.claim('state', 60_000)));
    expect(claims.filter((isFirst) => isFirst)).toHaveLength(1);
    expect(await used[0]!.claim('another state', 60_000)).toBe(true);
  });
});

it('a process without a cluster has a secret of its own', () => {
  const [one, other] = [new InputKeys(undefined), new InputKeys(undefined)];
  expect(one.secrets).toEqual([expect.stringMatching(/^[\w-]{43}$/)]);
  expect(one.secrets).not.toEqual(other.secrets);
});

describeWithRedis('nodes whose Redis', () => {
  let redis: RedisServer;
  const joined: Node[] = [];

  beforeEach(async () => {
    redis = await startRedisServer();
  }, 60_000);

  afterEach(async () => {
    await Promise.all(joined.splice(0).map((node) => node.leave()));
    await redis.stop();
  }, 60_000);

  const join = async () => {
    const node = await redisCluster({ url: redis.url }).join('server', LIMITS);
    joined.push(node);
    await node.ready();
    return node;
  };
  /** Redis tells of its return once for each of the two connections of a node. */
  const reachable = async (node: Node) => {
    while (!node.isReachable) await new Promise<void>((resolve) => node.onReturn(resolve));
  };

  it('is away refuse every state, and afterwards those that were used before', async () => {
    const node = await join();
    const states = new SharedUsedStates(node.agreement);
    expect(await states.claim('used', 60_000)).toBe(true);
    redis.pause();
    await expect(states.claim('used', 60_000)).rejects.toMatchObject(UNAVAILABLE);
    await expect(states.claim('new', 60_000)).rejects.toMatchObject(UNAVAILABLE);
    redis.resume();
    await reachable(node);
    expect(await states.claim('used', 60_000)).toBe(false);
  }, 60_000);

  it('is away when they start agree as soon as it is there', async () => {
    redis.pause();
    const node = await join();
    const keys = new InputKeys(undefined, node);
    await expect(keys.secrets).rejects.toMatchObject(UNAVAILABLE);
    redis.resume();
    await reachable(node);
    const secrets = await keys.secrets;
    expect(await new InputKeys(undefined, await join()).secrets).toEqual(secrets);
  }, 60_000);

  it('restarts without data bring their secret back before others ask', async () => {
    const node = await join();
    const secrets = await new InputKeys(undefined, node).secrets;
    const returned = new Promise<void>((resolve) => node.onReturn(resolve));
    await redis.restartEmpty();
    await returned.then(() => reachable(node));
    expect(await new InputKeys(undefined, await join()).secrets).toEqual(secrets);
  }, 60_000);

  it('restarts without data take a new secret if it knew which states were used', async () => {
    const nodes = [await join(), await join()];
    const keys = nodes.map((node) => new InputKeys(undefined, node, true));
    const [before] = await Promise.all(keys.map(({ secrets }) => secrets));
    await redis.restartEmpty();
    const observer = new Redis(redis.url);
    for (const { secrets } of keys) expect(secrets).toBeInstanceOf(Array);
    while (keys.some(({ secrets }) => (secrets as string[])[0] === before![0])) await observer.ping();
    observer.disconnect();
    expect(keys[0]!.secrets).toHaveLength(1);
    expect(keys[1]!.secrets).toEqual(keys[0]!.secrets);
  }, 60_000);

  it('has lost their secret, and was given another one, seal with that one and open both', async () => {
    const keys = new InputKeys(undefined, await join());
    const [old] = await keys.secrets;
    const others = new Redis(redis.url);
    await others.set('mcp:server:agreed:input-key', 'a secret of the others');
    await others.call('CLIENT', 'KILL', 'TYPE', 'normal');
    while ((await keys.secrets).length < 2) await others.ping();
    others.disconnect();
    expect(keys.secrets).toEqual(['a secret of the others', old]);
  }, 60_000);

  it('holds something else under a key of theirs fail, and never use a state twice', async () => {
    const states = new SharedUsedStates((await join()).agreement);
    const vandal = new Redis(redis.url);
    await vandal.rpush('mcp:server:agreed:used-state:x', 'nonsense');
    vandal.disconnect();
    await expect(states.claim('x', 60_000)).rejects.toMatchObject(UNAVAILABLE);
    expect(await states.claim('y', 60_000)).toBe(true);
  }, 60_000);
});
