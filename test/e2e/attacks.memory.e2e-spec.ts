import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HttpWireClient, initialize } from '../clients/http-wire-client.js';
import { WireClient } from '../clients/wire-client.js';
import { startTypeScript, type ChildApplication } from '../fixtures/child-application.js';

const MIB = 1024 * 1024;
const HEAP_MIB = 128;
/** With what Node and the code take besides. */
const MAX_RSS_MIB = 430;
const SESSIONS = 16;
/** To each session: as much as it may keep by default, and in all as much as the heap has. */
const ANSWERS = 4;
const CHARACTERS = 2 * MIB;

const call = (id: number) => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name: 'large', arguments: { characters: CHARACTERS } },
});

/** Each byte of them becomes 22 in memory. */
const manyObjects = (bytes: number) => ({
  experimental: { a: Array.from({ length: bytes / 3 }, () => ({})) },
});

describe(`the attacker of a process with ${HEAP_MIB} MiB of heap, while another user calls,`, () => {
  let application: ChildApplication;
  let other: WireClient;
  let calls = 0;

  beforeAll(async () => {
    const env = { NODE_OPTIONS: `--max-old-space-size=${HEAP_MIB}` };
    application = await startTypeScript('test/fixtures/flood/main.ts', { env });
    other = await WireClient.connect(`${application.url}/sse`);
  }, 90_000);

  afterAll(() => application.stop(), 20_000);

  const peakMib = async () => {
    const { result } = await other.callTool(++calls, 'whenEmitted', { characters: 0 });
    return result.structuredContent.peakBytes / MIB;
  };

  it('initializes with large capabilities', async () => {
    const client = new HttpWireClient(`${application.url}/mcp`);
    const large = JSON.stringify(initialize('2025-11-25', manyObjects(MIB)));
    for (let count = 0; count < 8; count++) expect((await client.post(large)).status).toBe(400);
    expect(await peakMib()).toBeLessThan(MAX_RSS_MIB);
  });

  it.each(['reads', 'does not read'])(
    'has large answers kept for many sessions that it %s',
    async (how) => {
      const clients: WireClient[] = [];
      for (let index = 0; index < SESSIONS; index++) {
        const client = await WireClient.connect(`${application.url}/sse`);
        client.response.removeAllListeners('data');
        if (how === 'reads') client.response.resume();
        else client.response.pause();
        clients.push(client);
        for (let id = 0; id < ANSWERS; id++) await client.post(call(id));
      }
      expect(await peakMib()).toBeLessThan(MAX_RSS_MIB);
      for (const client of clients) client.close();
    },
    20_000,
  );

  it('does not read the answers to its posts', async () => {
    const streams: WireClient[] = [];
    for (let index = 0; index < 5; index++) {
      const client = await HttpWireClient.connect(`${application.url}/mcp`);
      for (let id = 0; id < 20; id++) {
        const stream = await client.postForStream(call(id));
        stream.response.pause();
        streams.push(stream);
      }
    }
    expect(await peakMib()).toBeLessThan(MAX_RSS_MIB);
    for (const stream of streams) stream.close();
  }, 20_000);
});
