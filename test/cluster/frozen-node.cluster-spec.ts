import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HttpWireClient, rpc } from '../clients/http-wire-client.js';
import { send, WireClient } from '../clients/wire-client.js';
import type { ChildApplication } from '../fixtures/child-application.js';
import { ProcessCluster } from '../fixtures/process-cluster.js';
import { streamDataCall } from '../fixtures/stream-data-call.js';

/** It goes on for longer than it takes the others to give up on the node. */
const LONG_CALL = streamDataCall('a', { count: 300, delayMs: 100 });
const LOST = { code: -32_000, data: { retryable: true } };

describe('a node that does not run for a while', () => {
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

  it('writes nothing more for sessions that others have taken over, and serves them as others do', async () => {
    const sse = await WireClient.connect(`${frozen.url}/sse`);
    await sse.initialize();
    await sse.post(LONG_CALL);
    await sse.message();
    const http = await HttpWireClient.connect(`${frozen.url}/mcp`);
    const stream = await http.postForStream(LONG_CALL);
    await stream.message();
    freeze();
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
    await Promise.all([sse.end(), stream.end()]);
    const late = [sse, stream].flatMap(({ events }, index) => events.slice(read[index]));
    expect(late.filter(({ data }) => data !== undefined)).toEqual([]);
    // By the node that has lost the sessions, on streams of the one that has them.
    const { pathname, search } = new URL(await sseAfter.endpoint());
    const { status } = await send(`${frozen.url}${pathname}${search}`, {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(rpc('c', 'ping')),
    });
    expect(status).toBe(202);
    await sseAfter.answer('c');
    expect(await http.call('c', 'ping')).toEqual({ jsonrpc: '2.0', id: 'c', result: {} });
    expect(answersIn(sse, sseAfter)).toEqual(['init', 'a', 'b', 'c']);
    expect(answersIn(stream, streamAfter)).toEqual(['a']);
    sseAfter.close();
  }, 60_000);
});

function answersIn(...streams: WireClient[]): unknown[] {
  return streams
    .flatMap(({ events }) => events)
    .filter(({ event, data }) => event === 'message' && data)
    .map(({ data }) => JSON.parse(data!) as Record<string, unknown>)
    .filter((message) => !('method' in message))
    .map(({ id }) => id);
}
