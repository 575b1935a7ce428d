import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HttpWireClient, rpc } from '../clients/http-wire-client.js';
import { send, WireClient } from '../clients/wire-client.js';
import type { ChildApplication } from '../fixtures/child-application.js';
import { ProcessCluster } from '../fixtures/process-cluster.js';
import { streamDataCall } from '../fixtures/stream-data-call.js';

/** Longer than the other nodes take to count the node as dead. */
const LONG_CALL = streamDataCall('a', { count: 300, delayMs: 100 });
const LOST = { code: -32_000, data: { retryable: true } };

describe('a frozen node', () => {
  let cluster: ProcessCluster;
  let frozen: ChildApplication;
  let other: ChildApplication;

  const freeze = () => process.kill(frozen.pid, 'SIGSTOP');
  const thaw = () => process.kill(frozen.pid, 'SIGCONT');

  beforeEach(async () => {
    cluster = await ProcessCluster.start({ nodes: 2 });
    [frozen, other] = cluster.nodes as [ChildApplication, ChildApplication];
  }, 90_000);

  afterEach(() => {
    thaw();
    return cluster.stop();
  }, 30_000);

  it('writes nothing of its own for sessions that others have taken over, and relays them', async () => {
    const sse = await WireClient.connect(`${frozen.url}/sse`);
    await sse.initialize();
    await sse.post(LONG_CALL);
    await sse.message();
    const http = await HttpWireClient.connect(`${frozen.url}/mcp`);
    const stream = await http.postForStream(LONG_CALL);
    await stream.message();
    const idle = await WireClient.connect(`${frozen.url}/sse`);
    await idle.initialize();
    freeze();
    // Waits until the node counts as dead.
    const posting = postAt(other, idle, 'idle');
    const [sseAfter, streamAfter] = await Promise.all([
      WireClient.open(`${other.url}/sse`, { 'last-event-id': sse.lastEventId }),
      new HttpWireClient(`${other.url}/mcp`, http.headers).open(stream.lastEventId),
    ]);
    for (const after of [sseAfter, streamAfter])
      expect(await after.answer('a')).toMatchObject({ error: LOST });
    await streamAfter.end();
    expect(await sseAfter.callTool('b', 'echo', { message: 'still here' })).toHaveProperty('result');

    const read = [sse, stream].map(({ events }) => events.length);
    thaw();
    await Promise.all([sse.end(), stream.end(), idle.end(), posting]);
    const idleAfter = await WireClient.open(`${other.url}/sse`, { 'last-event-id': idle.lastEventId });
    expect(await idleAfter.answer('idle')).toHaveProperty('result');
    idleAfter.close();
    const late = [sse, stream].flatMap(({ events }, index) => events.slice(read[index]));
    // The node may have frozen between storing an event and writing it. The new owner replays such an event.
    const replayed = [sseAfter, streamAfter].flatMap(({ events }) => events);
    expect(replayed).toEqual(expect.arrayContaining(late.filter(({ data }) => data !== undefined)));
    // Through the node that has lost the sessions, on streams of their new owner.
    await postAt(frozen, sseAfter, 'c');
    await sseAfter.answer('c');
    expect(await http.call('c', 'ping')).toEqual({ jsonrpc: '2.0', id: 'c', result: {} });
    expect(answersIn(sse, sseAfter)).toEqual(['init', 'a', 'b', 'c']);
    expect(answersIn(stream, streamAfter)).toEqual(['a']);
    sseAfter.close();
  }, 60_000);

  it('has lost its sessions when it wakes up without Redis: its streams end and continue at another node', async () => {
    const sse = await WireClient.connect(`${frozen.url}/sse`);
    await sse.initialize();
    await sse.post(LONG_CALL);
    await sse.message();
    const http = await HttpWireClient.connect(`${frozen.url}/mcp`);
    const stream = await http.postForStream(LONG_CALL);
    await stream.message();
    const standalone = await http.open();
    await standalone.next();

    freeze();
    const unsure = sse.post(rpc('u', 'ping'));
    const elsewhere = new HttpWireClient(`${other.url}/mcp`, http.headers);
    expect(await elsewhere.call('b', 'ping')).toHaveProperty('result');
    await postAt(other, sse, 'b');
    // When it wakes up it finds Redis unreachable, and continues its calls.
    await cluster.redis.dropSilent();
    thaw();

    await Promise.all([sse, stream, standalone].map((each) => each.end()));
    for (const each of [sse, stream, standalone])
      expect(each.events.findLast(({ retry }) => retry !== undefined)).toHaveProperty('id', each.lastEventId);
    expect((await unsure).status).toBe(202);
    // At the node that has lost them.
    const [sseAfter, streamAfter, standaloneAfter] = await Promise.all([
      WireClient.open(`${frozen.url}/sse`, { 'last-event-id': sse.lastEventId }),
      new HttpWireClient(`${frozen.url}/mcp`, http.headers).open(stream.lastEventId),
      new HttpWireClient(`${frozen.url}/mcp`, http.headers).open(standalone.lastEventId),
    ]);
    expect(await sseAfter.sessionId()).toBe(await sse.sessionId());
    expect(standaloneAfter.response.statusCode).toBe(200);
    expect(await streamAfter.answer('a')).toMatchObject({ error: LOST });
    await postAt(frozen, sse, 'c');
    await sseAfter.answer('c');
    expect(answersIn(stream, streamAfter)).toEqual(['a']);
    expect(answersIn(sse, sseAfter).toSorted()).toEqual(['a', 'b', 'c', 'init', 'u']);
    for (const each of [sseAfter, standaloneAfter]) each.close();
  }, 60_000);

  it('no longer answers or accepts anything for a session that another node owns', async () => {
    const http = await HttpWireClient.connect(`${frozen.url}/mcp`);
    freeze();
    const elsewhere = new HttpWireClient(`${other.url}/mcp`, http.headers);
    const stream = await elsewhere.postForStream(LONG_CALL);
    await stream.message();
    // These wait for the node and are the first that it reads. Only the session's owner knows that "a" is in flight.
    const waiting = Array.from({ length: 5 }, () => http.post(rpc('a', 'ping')));
    thaw();
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual(waiting.map(() => 400));
    stream.close();
  }, 60_000);

  it('refuses no message when it wakes up: messages for sessions of other nodes wait until Redis is reachable again', async () => {
    const own = await HttpWireClient.connect(`${frozen.url}/mcp`);
    const [sse, http] = await Promise.all([
      WireClient.connect(`${other.url}/sse`),
      HttpWireClient.connect(`${other.url}/mcp`),
    ]);
    freeze();
    const elsewhere = new HttpWireClient(`${other.url}/mcp`, own.headers);
    expect(await elsewhere.call('b', 'ping')).toHaveProperty('result');
    await cluster.redis.dropSilent();
    const atFrozen = new HttpWireClient(`${frozen.url}/mcp`, http.headers);
    const waiting = Array.from({ length: 5 }, async (_, index) => {
      await postAt(frozen, sse, `sse${index}`);
      return atFrozen.call(`http${index}`, 'ping');
    });
    thaw();
    for (const answer of await Promise.all(waiting)) expect(answer).toHaveProperty('result');
    sse.close();
  }, 60_000);

  async function postAt(node: ChildApplication, client: WireClient, id: string): Promise<void> {
    const { pathname, search } = new URL(await client.endpoint());
    const { status } = await send(`${node.url}${pathname}${search}`, {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(rpc(id, 'ping')),
    });
    expect(status).toBe(202);
  }
});

function answersIn(...streams: WireClient[]): unknown[] {
  return streams
    .flatMap(({ events }) => events)
    .filter(({ event, data }) => event === 'message' && data)
    .map(({ data }) => JSON.parse(data!) as Record<string, unknown>)
    .filter((message) => !('method' in message))
    .map(({ id }) => id);
}
