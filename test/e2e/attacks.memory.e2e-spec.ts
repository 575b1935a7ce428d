import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NestFactory } from '@nestjs/core';
import { serveStdio } from 'nestjs-mcp-sse';
import { HttpWireClient, initialize, rpc } from '../clients/http-wire-client.js';
import { WireClient } from '../clients/wire-client.js';
import { appPerTest } from '../fixtures/app-per-test.js';
import { startTypeScript, type ChildApplication } from '../fixtures/child-application.js';
import { Work } from '../fixtures/session-work.js';
import { testModule } from '../fixtures/start-app.js';

const LONG = 'x'.repeat(1_025);
const TOO_LARGE = {
  code: -32602,
  message: expect.stringMatching(/"clientInfo" and "capabilities" are too large: 16384 characters/),
};

/** What a session would keep for as long as it lives. */
const LARGE: [what: string, capabilities: object][] = [
  ['a long text', { experimental: { a: { text: 'x'.repeat(17_000) } } }],
  ['many small objects', { experimental: { a: Array.from({ length: 600 }, () => ({})) } }],
  ['many names', { experimental: Object.fromEntries(Array.from({ length: 500 }, (_, at) => [at, {}])) }],
  ['objects in objects', { experimental: Array.from({ length: 40 }, () => nested(30)) }],
];
const HONEST = { roots: { listChanged: true }, experimental: { icon: { data: 'x'.repeat(15_000) } } };

describe('the attacker who wants much to be kept of itself', () => {
  const { start } = appPerTest();

  it.each(LARGE)('initializes with %s: -32602, and nothing is kept', async (_, capabilities) => {
    const { url, sessions } = await start({});
    const { status, body } = await new HttpWireClient(`${url}/mcp`).post(initialize(undefined, capabilities));
    expect([status, JSON.parse(body)]).toMatchObject([400, { error: TOO_LARGE }]);
    expect(sessions.sessions).toEqual([]);
    const sse = await WireClient.connect(`${url}/sse`);
    const params = { protocolVersion: '2024-11-05', capabilities, clientInfo: { name: 'a', version: '1' } };
    expect(await sse.call(1, 'initialize', params)).toMatchObject({ error: TOO_LARGE });
    expect(sessions.sessions[0]!.clientCapabilities).toBeUndefined();
    const large = { ...params, capabilities: {}, clientInfo: { name: LONG.repeat(16), version: '1' } };
    expect(await sse.call(2, 'initialize', large)).toMatchObject({ error: TOO_LARGE });
  });

  it('may describe itself as fully as honest clients do', async () => {
    const { url, sessions } = await start({});
    await HttpWireClient.connect(`${url}/mcp`, { capabilities: HONEST });
    expect(sessions.sessions[0]!.clientCapabilities).toEqual(HONEST);
  });

  it('sends a request with a long id: 400 without a repetition of it', async () => {
    const { url } = await start({});
    const sse = await WireClient.connect(`${url}/sse`);
    const http = await HttpWireClient.connect(`${url}/mcp`);
    for (const { status, body } of [await sse.post(rpc(LONG, 'ping')), await http.post(rpc(LONG, 'ping'))])
      expect([status, JSON.parse(body)]).toMatchObject([
        400,
        { error: { code: -32600, message: 'Invalid Request: "id" may have 1024 characters at most' } },
      ]);
  });

  it('sends a call with a long progress token: -32602, and the tool does not run', async () => {
    const { url } = await start({ providers: [Work] });
    const client = await WireClient.connect(`${url}/sse`);
    const call = (progressToken: string) =>
      client.call(progressToken.length, 'tools/call', { name: 'hello', _meta: { progressToken } });
    expect(await call(LONG)).toMatchObject({
      error: { code: -32602, message: expect.stringContaining('"_meta.progressToken" may have 1024') },
    });
    expect(await call(LONG.slice(1))).toHaveProperty('result');
  });

  it('cancels with a long reason: the handler gets its beginning', async () => {
    const { url, app } = await start({ providers: [Work] });
    const client = await WireClient.connect(`${url}/sse`);
    await client.post(rpc(1, 'tools/call', { name: 'wait' }));
    const params = { requestId: 1, reason: 'é'.repeat(100_000) };
    await client.post({ jsonrpc: '2.0', method: 'notifications/cancelled', params });
    expect(app.get(Work).aborts).toEqual(['é'.repeat(1_024)]);
  });
});

describe('the attacker who has a process of its own', () => {
  it('initializes with large capabilities on stdio: -32602, and may try again', async () => {
    const app = await NestFactory.createApplicationContext(testModule({}), { logger: false });
    const [input, output] = [new PassThrough(), new PassThrough()];
    const line = (message: object) => `${JSON.stringify(message)}\n`;
    input.end(line(initialize(undefined, LARGE[1]![1])) + line({ ...initialize(), id: 2 }));
    await serveStdio(app, { input, output });
    const [refused, accepted] = String(output.read())
      .split('\n', 2)
      .map((text) => JSON.parse(text) as object);
    expect(refused).toMatchObject({ id: 'init', error: TOO_LARGE });
    expect(accepted).toMatchObject({ id: 2, result: { protocolVersion: '2025-11-25' } });
    await app.close();
  });
});

function nested(levels: number): object {
  return JSON.parse(`${'{"a":'.repeat(levels)}{}${'}'.repeat(levels)}`) as object;
}

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
