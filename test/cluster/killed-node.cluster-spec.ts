import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { HttpWireClient, rpc } from '../clients/http-wire-client.js';
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
    const postAtOther = (message: object) => postAt(other!.url, client, message);
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

describe('a call at another node than that of its session', () => {
  let cluster: ProcessCluster;
  let inspector: Redis;

  beforeEach(async () => {
    cluster = await ProcessCluster.start({ nodes: 2, main: 'test/fixtures/deadly/main.ts' });
    inspector = new Redis(cluster.redis.url);
  }, 90_000);

  afterEach(() => {
    inspector.disconnect();
    return cluster.stop();
  }, 30_000);

  const call = (name: string) => rpc(name, 'tools/call', { name });

  it.each(['sse', 'streamable-http'])(
    'is lost if it ends the process, and never made again: %s',
    async (kind) => {
      const [one, other] = cluster.nodes;
      const answer = await (kind === 'sse' ? dieOverSse() : dieOverHttp());
      expect(answer).toEqual({
        jsonrpc: '2.0',
        id: 'die',
        error: expect.objectContaining({ code: -32_000, data: { retryable: true } }),
      });
      expect(await one!.exit).toBe('SIGKILL');
      expect(await inspector.get('deaths')).toBe('1');

      async function dieOverHttp() {
        const { headers } = await HttpWireClient.connect(`${one!.url}/mcp`);
        const atOther = new HttpWireClient(`${other!.url}/mcp`, headers);
        const lost = await atOther.call('die', 'tools/call', { name: 'die' });
        expect(await atOther.call('live', 'tools/call', { name: 'live' })).toHaveProperty('result');
        return lost;
      }

      async function dieOverSse() {
        const client = await WireClient.connect(`${one!.url}/sse`);
        await client.initialize();
        expect(await postAt(other!.url, client, call('die'))).toMatchObject({ status: 202 });
        await client.end();
        const again = await WireClient.open(`${other!.url}/sse`, { 'last-event-id': client.lastEventId });
        const lost = await again.message();
        expect(await postAt(other!.url, client, call('live'))).toMatchObject({ status: 202 });
        // The next message: the call has no second answer.
        expect(await again.message()).toMatchObject({ id: 'live', result: {} });
        again.close();
        return lost;
      }
    },
    60_000,
  );

  it('is made once, by the next node, if its node is killed before it hears of it', async () => {
    const [one, other] = cluster.nodes;
    const { headers } = await HttpWireClient.connect(`${one!.url}/mcp`);
    const atOther = new HttpWireClient(`${other!.url}/mcp`, headers);
    expect(await atOther.call('ping', 'ping')).toHaveProperty('result');
    process.kill(one!.pid, 'SIGSTOP');
    const monitor = await inspector.monitor();
    const published = once(monitor, 'live');
    monitor.on('monitor', (_time: string, [command, , text]: string[]) => {
      if (command === 'publish' && text!.includes('"live"')) monitor.emit('live');
    });
    const answering = atOther.call('live', 'tools/call', { name: 'live' });
    // The message lies in the socket of the frozen node.
    await published;
    monitor.disconnect();
    await cluster.end(0, 'SIGKILL');
    expect(await answering).toMatchObject({ result: { content: [{ text: 'call 1' }] } });
    expect(await inspector.get('lives')).toBe('1');
  }, 60_000);
});

async function postAt(node: string, client: WireClient, message: object) {
  const { pathname, search } = new URL(await client.endpoint());
  return send(`${node}${pathname}${search}`, {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(message),
  });
}
