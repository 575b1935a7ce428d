import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { rpc } from '../clients/http-wire-client.js';
import { send, WireClient } from '../clients/wire-client.js';
import { ProcessCluster } from '../fixtures/process-cluster.js';
import { streamDataCall } from '../fixtures/stream-data-call.js';

describe('a node that is killed', () => {
  let cluster: ProcessCluster;

  beforeEach(async () => {
    cluster = await ProcessCluster.start({ nodes: 2 });
  }, 90_000);

  afterEach(() => cluster.stop(), 30_000);

  it('loses its running calls, which get one error each, and another node continues its session', async () => {
    const [one, other] = cluster.nodes;
    const client = await WireClient.connect(`${one!.url}/sse`);
    await client.initialize();
    const { pathname, search } = new URL(await client.endpoint());
    const postAtOther = (message: object) =>
      send(`${other!.url}${pathname}${search}`, {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(message),
      });
    expect(await postAtOther(streamDataCall('a', { count: 1_000, delayMs: 100 }))).toMatchObject({
      status: 202,
    });
    await client.message();
    expect(await cluster.end(0, 'SIGKILL')).toBe('SIGKILL');
    await client.end();
    const again = await WireClient.open(`${other!.url}/sse`, { 'last-event-id': client.lastEventId });
    expect((await again.answer('a'))['error']).toMatchObject({ data: { retryable: true } });
    expect(await postAtOther(rpc('b', 'ping'))).toMatchObject({ status: 202 });
    expect(await again.answer('b')).toHaveProperty('result');
    again.close();
  }, 60_000);
});
