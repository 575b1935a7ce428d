import { PassThrough } from 'node:stream';
import { afterEach, describe, expect, it } from '@jest/globals';
import { json as jsonParser } from 'express';
import { NestFactory } from '@nestjs/core';
import { serveStdio, type McpSseModuleOptions } from 'nestjs-mcp-sse';
import { HttpWireClient, initialize, rpc } from '../clients/http-wire-client.js';
import { WireClient, type WireResponse } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { startApp, testModule, type AppFixture, type RunningApp } from '../fixtures/start-app.js';

/** Levels of a message around what is in the member `nested` of its parameters. */
const AROUND = 2;

const arrays = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
const objects = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
const ping = (id: unknown, nested: string) =>
  `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"method":"ping","params":{"nested":${nested}}}`;
const refusal = (id: unknown, levels = 64) => ({
  jsonrpc: '2.0',
  id,
  error: {
    code: -32600,
    message: `Invalid Request: the message is nested deeper than ${levels} levels ("limits.maxMessageDepth")`,
  },
});
const answerOf = ({ status, body }: WireResponse) => ({ status, json: JSON.parse(body) as unknown });

describeOnAdapters('the attacker who nests a message too deep', (adapter) => {
  let running: RunningApp;
  const start = async (options: McpSseModuleOptions['limits'] = {}, configure?: AppFixture['configure']) => {
    running = await startApp({ adapter, options: { limits: options }, configure });
  };
  afterEach(() => running.close());

  it.each<[what: string, body: string, id: unknown]>([
    ['a request', ping('one', arrays(20_000)), 'one'],
    [
      'a call',
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"any","arguments":{"a":${arrays(100_000)}}}}`,
      1,
    ],
    ['one level too many', ping(1, objects(65 - AROUND)), 1],
    [
      'a cancellation',
      `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"reason":${arrays(20_000)}}}`,
      null,
    ],
    ['a response', `{"jsonrpc":"2.0","id":1,"result":${objects(20_000)}}`, null],
    ['an id', `{"jsonrpc":"2.0","id":${arrays(20_000)},"method":"ping"}`, null],
    ['no message at all', arrays(500_000), null],
  ])('gets 400 over each transport, with the id where it can be read: %s', async (_what, body, id) => {
    await start();
    const sse = await WireClient.connect(`${running.url}/sse`);
    const http = await HttpWireClient.connect(`${running.url}/mcp`);
    const expected = { status: 400, json: refusal(id) };
    expect(answerOf(await sse.post(body))).toEqual(expected);
    expect(answerOf(await http.post(body))).toEqual(expected);
    expect(await sse.call(2, 'ping')).toHaveProperty('result');
    sse.close();
  });

  it('is served up to the limit, which is an option', async () => {
    await start({ maxArgumentDepth: 8 });
    const client = await WireClient.connect(`${running.url}/sse`);
    for (const [id, nested] of [arrays, objects].map((of) => of(40 - AROUND)).entries()) {
      expect(await client.post(ping(id, nested))).toMatchObject({ status: 202 });
      expect(await client.answer(id)).toHaveProperty('result');
    }
    expect(answerOf(await client.post(ping(3, arrays(41 - AROUND)))).json).toEqual(refusal(3, 40));
    client.close();
  });

  it('gets 400 where a parser of the application has read the body', async () => {
    await start({ maxMessageDepth: 20 }, (app) => {
      if (adapter === 'express') app.use('/messages', jsonParser({ type: () => true }));
    });
    const client = await WireClient.connect(`${running.url}/sse`);
    expect(answerOf(await client.post(ping(1, arrays(5_000))))).toEqual({
      status: 400,
      json: refusal(1, 20),
    });
    client.close();
  });
});

describe('the attacker who nests a line of standard input too deep', () => {
  it('is answered with the id of the request, and the process goes on', async () => {
    const app = await NestFactory.createApplicationContext(testModule({}), { logger: false });
    const [input, output] = [new PassThrough(), new PassThrough()];
    input.end(
      [JSON.stringify(initialize()), ping(1, arrays(20_000)), JSON.stringify(rpc(2, 'ping'))].join('\n'),
    );
    await serveStdio(app, { input, output });
    const lines = String(output.read()).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { id: 'init' },
      refusal(1),
      { id: 2, result: {} },
    ]);
    await app.close();
  });
});
