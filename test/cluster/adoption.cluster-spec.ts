import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { rpc } from '../clients/http-wire-client.js';
import { send, WireClient, type WireResponse } from '../clients/wire-client.js';
import { ProcessCluster } from '../fixtures/process-cluster.js';
import { streamDataCall } from '../fixtures/stream-data-call.js';

const SESSIONS = 10;

describe('sessions whose node was killed', () => {
  let cluster: ProcessCluster;

  beforeEach(async () => {
    cluster = await ProcessCluster.start({ nodes: 3 });
  }, 90_000);

  afterEach(() => cluster.stop(), 30_000);

  it('are taken over once, by the first of the other nodes', async () => {
    const [killed, ...others] = cluster.nodes;
    const clients = await Promise.all(
      Array.from({ length: SESSIONS }, async () => {
        const client = await WireClient.connect(`${killed!.url}/sse`);
        await client.initialize();
        await client.post(streamDataCall('a', { count: 100, delayMs: 100 }));
        await client.message();
        return client;
      }),
    );
    process.kill(killed!.pid, 'SIGKILL');
    await killed!.exit;
    await Promise.all(clients.map((client) => client.end()));

    const taken = await Promise.all(
      clients.map(async (client) => {
        const { lastEventId } = client;
        const { pathname, search } = new URL(await client.endpoint());
        const open = (url: string) => WireClient.open(`${url}/sse`, { 'last-event-id': lastEventId });
        const post = (url: string, id: string) => send(`${url}${pathname}${search}`, ping(id));
        // The client's stream and messages reach both nodes at once.
        const streams = await Promise.all(
          others.flatMap(({ url }, index) => [open(url), post(url, `b${index}`).then(accepted)]),
        );
        // This stream replaces those, and begins where the client was.
        const last = await open(others[0]!.url);
        accepted(await post(others[1]!.url, 'c'));
        await last.answer('c');
        last.close();
        return answers(client, ...streams.filter((stream) => stream !== undefined), last);
      }),
    );
    const expected = ['init', 'a', 'b0', 'b1', 'c'].toSorted();
    expect(taken.map((ids) => ids.toSorted())).toEqual(taken.map(() => expected));
  }, 60_000);
});

function ping(id: string): Parameters<typeof send>[1] {
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(rpc(id, 'ping')) };
}

function accepted({ status }: WireResponse): undefined {
  expect(status).toBe(202);
}

/** The ids of answered requests, one per answer. An event carried by several streams counts once. */
function answers(...streams: WireClient[]): unknown[] {
  const events = streams.flatMap(({ events }) => events).filter(({ event }) => event === 'message');
  const distinct = new Map(events.map(({ id, data }) => [id, JSON.parse(data!) as Record<string, unknown>]));
  return [...distinct.values()].filter((message) => !('method' in message)).map(({ id }) => id);
}
