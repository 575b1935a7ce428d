import { PassThrough } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { NestFactory } from '@nestjs/core';
import { serveStdio } from 'nestjs-mcp-sse';
import { HttpWireClient, initialize, rpc } from '../clients/http-wire-client.js';
import { WireClient } from '../clients/wire-client.js';
import { appPerTest } from '../fixtures/app-per-test.js';
import { testModule } from '../fixtures/start-app.js';
import { Work } from '../fixtures/session-work.js';

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
