import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { resolveOptions } from '../../libs/mcp-sse/src/mcp-sse.defaults.js';
import { WireClient } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { startTypeScript, type ChildApplication } from '../fixtures/child-application.js';

const MIB = 1024 * 1024;
/** Per client: 1 GB in total to a hundred clients. */
const CHARACTERS = 10 * MIB;
const ANY = { name: 'any', version: '1' };

describeOnAdapters('a client that does not read', (adapter) => {
  let application: ChildApplication;
  // The full load runs on one adapter only.
  const count = adapter === 'fastify' ? 100 : 50;

  const open = () => WireClient.connect(`${application.url}/sse`);

  beforeEach(async () => {
    application = await startTypeScript('test/fixtures/flood/main.ts', { env: { HTTP_ADAPTER: adapter } });
  }, 90_000);

  afterEach(() => application.stop(), 20_000);

  it(`costs no more than it may: ${count} of them, and ${(count * CHARACTERS) / MIB} MiB of notifications`, async () => {
    const watcher = await open();
    const peakMiB = async (id: string, characters: number) => {
      const { result } = await watcher.callTool(id, 'whenEmitted', { characters });
      return result.structuredContent.peakBytes / MIB;
    };
    const before = await peakMiB('before', 0);
    const clients: WireClient[] = [];
    while (clients.length < count) {
      const client = await open();
      client.response.pause();
      expect((await client.post(call('flood', { characters: CHARACTERS }))).status).toBe(202);
      clients.push(client);
    }
    const addedMiB = Math.round((await peakMiB('after', count * CHARACTERS)) - before);
    process.stdout.write(`${adapter}: ${count} clients that do not read took ${addedMiB} MiB at most\n`);
    // The default limit of a session, since no client reads anything.
    expect(addedMiB).toBeLessThan((count * resolveOptions(ANY).replay.maxBytes) / MIB);
    for (const client of clients) client.close();
  }, 120_000);

  it('is disconnected, and receives all unread events when it comes back', async () => {
    const watcher = await open();
    await watcher.post(call('nextCut'));
    const client = await open();
    client.response.pause();
    await client.post(call('floodUntilCut'));
    const cut = await watcher.answer('nextCut');
    expect(cut).toMatchObject({ result: { content: [{ text: await client.sessionId() }] } });
    client.response.resume();
    await client.end();

    const again = await WireClient.open(`${application.url}/sse`, { 'last-event-id': client.lastEventId });
    const { result } = await again.answer('floodUntilCut');
    const numbers = [...client.events, ...again.events]
      .filter(({ event }) => event === 'message')
      .map(({ data }) => (JSON.parse(data!) as Record<string, any>)['params']?.data.number)
      .filter((number) => number !== undefined);
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, index) => index + 1));
    expect(result.content).toEqual([{ type: 'text', text: `${numbers.length} messages` }]);
  }, 60_000);
});

function call(name: string, args: object = {}): object {
  return { jsonrpc: '2.0', id: name, method: 'tools/call', params: { name, arguments: args } };
}
