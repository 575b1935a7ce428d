import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { ANONYMOUS, type McpCluster } from 'nestjs-mcp-sse';
import { describeOnClusters } from '../fixtures/cluster-backends.js';

type Node = Awaited<ReturnType<McpCluster['join']>>;
type Batch = Parameters<Node['log']['append']>[2];
type Entry = Batch['entries'][number];

const LIMITS = { maxEvents: 5, maxBytes: 100 };
const NOTHING: Batch = { accepted: [], completed: [], entries: [] };

const factsOf = (id: string, graceMs = 60_000) => ({
  id,
  transport: 'sse',
  principal: ANONYMOUS,
  params: {},
  streamHeaders: {},
  graceMs,
  createdAt: 0,
});

const recordOf = (id: string) => ({ ...factsOf(id), state: { subscriptions: [] } });

/** The record as it is stored, in pieces. */
const fieldsOf = (id: string) =>
  Object.entries(factsOf(id)).map(([name, value]) => [name, JSON.stringify(value)] as const);

const entryOf = (position: number, data = `${position}`): Entry => ({
  position,
  stream: 0,
  id: `id.${position}`,
  type: 'message',
  data,
});

describeOnClusters('the ports of a cluster', (makeCluster) => {
  let one: Node;
  let other: Node;
  let id: string;
  let owner: { node: string; epoch: number };

  beforeEach(async () => {
    const cluster = makeCluster();
    one = await cluster.join('server', LIMITS);
    other = await cluster.join('server', LIMITS);
    id = randomUUID();
    owner = { node: one.id, epoch: 0 };
    for (const node of [one, other]) node.bus.serve(async (message) => ({ heard: message }));
    await Promise.all([one.ready(), other.ready()]);
    await append({ record: fieldsOf(id), creates: true });
  });

  afterEach(() => Promise.all([one.leave(), other.leave()]));

  const append = (batch: Partial<Batch>, as = owner) => one.log.append(id, as, { ...NOTHING, ...batch });
  const positions = async (from = 0) =>
    (await other.log.read(id, from))?.entries.map(({ position }) => position);

  it('find a session with its current record and its owner', async () => {
    expect(await other.store.find(id)).toEqual({ record: recordOf(id), owner });
    await append({
      record: [
        ['state.logLevel', '"error"'],
        ['state.initialized', 'true'],
        ['subscription.a://b', 'true'],
        ['subscription.a://c', 'true'],
      ],
    });
    await append({
      record: [
        ['state.initialized', null],
        ['subscription.a://c', null],
      ],
    });
    const state = { logLevel: 'error', subscriptions: ['a://b'] };
    expect((await other.store.find(id))?.record).toEqual({ ...recordOf(id), state });
    expect(await other.store.find(randomUUID())).toBeUndefined();
  });

  it('read events in order from a position, each with all its members', async () => {
    const primed: Entry = { position: 2, stream: 3, id: 'id.3.2', data: '', retry: 10 };
    await append({ entries: [entryOf(1), primed] });
    await append({ entries: [entryOf(4_294_967_297)] });
    expect(await other.log.read(id, 0)).toEqual({
      floor: 0,
      entries: [entryOf(1), primed, entryOf(4_294_967_297)],
    });
    expect(await positions(2)).toEqual([2, 4_294_967_297]);
    expect(await other.log.read(randomUUID(), 0)).toBeUndefined();
  });

  it('store events once, even if they are written twice', async () => {
    await append({ entries: [entryOf(1), entryOf(2)] });
    expect(await append({ entries: [entryOf(1), entryOf(2), entryOf(3)] })).toBe('ok');
    expect(await positions()).toEqual([1, 2, 3]);
  });

  it('drop the oldest events beyond the limits of number and size', async () => {
    await append({ entries: [1, 2, 3, 4, 5, 6, 7].map((position) => entryOf(position)) });
    expect(await other.log.read(id, 0)).toMatchObject({ floor: 2 });
    expect(await positions()).toEqual([3, 4, 5, 6, 7]);
    await append({ entries: [entryOf(8, 'x'.repeat(99))] });
    expect(await positions()).toEqual([7, 8]);
    await append({ entries: [entryOf(10)], floor: 9 });
    expect(await other.log.read(id, 0)).toMatchObject({ floor: 9, entries: [{ position: 10 }] });
  });

  it('notify followers of new events', async () => {
    const heard: number[] = [];
    let three = (): void => undefined;
    const gotThree = new Promise<void>((resolve) => (three = resolve));
    class Follower {
      private readonly until = 3;

      entry({ position }: Entry): void {
        heard.push(position);
        if (heard.length === this.until) three();
      }

      gap(): void {}
    }
    const stop = await other.log.follow(id, new Follower());
    await append({ entries: [entryOf(1), entryOf(2)] });
    await append({ entries: [entryOf(2), entryOf(3)] });
    await gotThree;
    stop();
    await append({ entries: [entryOf(4)] });
    expect(heard).toEqual([1, 2, 3]);
  });

  it('let one node adopt a session with its record, events and requests in flight, and fence the others', async () => {
    await append({
      accepted: [
        ['"a"', 0],
        ['1', 2],
        ['2', 3],
      ],
      entries: [entryOf(1)],
    });
    await append({ completed: ['2'], entries: [entryOf(2)] });
    const adoptions = await Promise.all([
      other.store.adopt(id, owner, other.id),
      one.store.adopt(id, owner, one.id),
    ]);
    const [adopted, ...more] = adoptions.filter((adoption) => adoption !== undefined);
    expect(more).toEqual([]);
    expect(adopted).toMatchObject({ record: recordOf(id), epoch: 1, entries: [entryOf(1), entryOf(2)] });
    expect(adopted!.inFlight.toSorted()).toEqual([
      ['"a"', 0],
      ['1', 2],
    ]);
    expect(await append({ entries: [entryOf(3)], completed: ['"a"'] })).toBe('fenced');
    expect(await one.store.renew(id, owner)).toBe('fenced');
    expect(await one.store.release(id, owner)).toBe('fenced');
    expect(await one.store.remove(id, owner)).toBe('fenced');
    expect(await positions()).toEqual([1, 2]);
    const winner = adoptions[0] ? other : one;
    const next = { node: winner.id, epoch: 1 };
    expect((await other.store.find(id))?.owner).toEqual(next);
    expect((await other.store.adopt(id, next, other.id))?.inFlight).toHaveLength(2);
  });

  it('let any node adopt a released session at once', async () => {
    expect(await one.store.release(id, owner)).toBe('ok');
    expect(await append({ entries: [entryOf(1)] })).toBe('fenced');
    const released = (await other.store.find(id))!.owner;
    expect(released).toEqual({ node: '', epoch: 1 });
    expect(await other.store.adopt(id, released, other.id)).toMatchObject({ epoch: 2 });
  });

  it('delete all data of a removed session, and fence its former owner', async () => {
    await append({ accepted: [['1', 0]], entries: [entryOf(1)] });
    expect(await other.store.adopt(id, owner, other.id)).toMatchObject({ inFlight: [['1', 0]] });
    expect(await other.store.remove(id, { node: other.id, epoch: 1 })).toBe('ok');
    expect(await other.store.find(id)).toBeUndefined();
    expect(await other.log.read(id, 0)).toBeUndefined();
    expect(await append({ entries: [entryOf(2)] })).toBe('fenced');
    expect(await one.store.renew(id, owner)).toBe('fenced');
    expect(await other.store.adopt(id, owner, other.id)).toBeUndefined();
  });

  it('send requests and messages to one node, and broadcasts to all other nodes', async () => {
    expect(await one.bus.request(other.id, { a: 1 })).toEqual({ heard: { a: 1 } });
    const heard: unknown[] = [];
    let both = (): void => undefined;
    const gotBoth = new Promise<void>((resolve) => (both = resolve));
    for (const [name, node] of Object.entries({ one, other }))
      node.bus.serve(async (message) => {
        heard.push([name, message]);
        if (heard.length === 2) both();
      });
    one.bus.tell(other.id, 'you');
    one.bus.publish('all');
    await gotBoth;
    expect(heard).toEqual([
      ['other', 'you'],
      ['other', 'all'],
    ]);
  });

  it('report that a node which left is gone', async () => {
    await other.leave();
    await expect(one.bus.request(other.id, {})).rejects.toMatchObject({ name: 'NodeGoneError' });
  });

  it('agree on the value that was proposed first', async () => {
    const proposals = await Promise.all([
      one.agreement.agree('key', 'a'),
      other.agreement.agree('key', 'b'),
      one.agreement.agree('key', 'c', 60_000),
    ]);
    expect(new Set(proposals).size).toBe(1);
    expect(['a', 'b', 'c']).toContain(proposals[0]);
    expect(await other.agreement.agree('another key', 'd')).toBe('d');
  });

  it('forget a value after its time, and keep one that has none', async () => {
    await one.agreement.agree('kept', 'a');
    await one.agreement.agree('forgotten', 'a', 20);
    const standing = (value: string) => other.agreement.agree('forgotten', value, 20);
    expect(await standing('b')).toBe('a');
    while ((await standing('b')) === 'a');
    expect(await other.agreement.agree('kept', 'b')).toBe('a');
  });

  it('agree on nothing at a node that has left', async () => {
    await other.leave();
    await expect(other.agreement.agree('key', 'a')).rejects.toMatchObject({
      name: 'ClusterUnavailableError',
    });
  });

  it('keep the sessions and values of different servers apart', async () => {
    const cluster = makeCluster();
    const [orders, stock] = [await cluster.join('orders', LIMITS), await cluster.join('stock', LIMITS)];
    await Promise.all([orders.ready(), stock.ready()]);
    const batch = { ...NOTHING, record: fieldsOf(id), creates: true };
    await orders.log.append(id, { node: orders.id, epoch: 0 }, batch);
    expect(await orders.store.find(id)).toBeDefined();
    expect(await stock.store.find(id)).toBeUndefined();
    expect(await orders.agreement.agree('key', 'a')).toBe('a');
    expect(await stock.agreement.agree('key', 'b')).toBe('b');
    await Promise.all([orders.leave(), stock.leave()]);
  });
});
