import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { Body, Controller, Post, type INestApplication } from '@nestjs/common';
import { send, WireClient } from '../clients/wire-client.js';
import { describeOnEveryAdapter } from '../fixtures/adapters.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';
import {
  beginPost,
  responseTo,
  JSON_HEADERS,
  PING,
  Features,
  refusal,
  refused,
  greet,
  messagesOf,
  greeting,
  runApp,
} from '../fixtures/bad-input.js';

@Controller()
class OwnController {
  @Post('own')
  own(@Body() body: { text: string }): number {
    return body.text.length;
  }
}

describeOnEveryAdapter('a body that is no message', (adapter) => {
  const server = runApp({ adapter });

  it.each<[what: string, body: string, code: number, id: number | null]>([
    ['text that is not JSON', 'hello', -32700, null],
    ['JSON that ends early', '{"jsonrpc":"2.0"', -32700, null],
    ['nothing', '', -32700, null],
    ['white space', ' \n', -32700, null],
    ['two messages', `${JSON.stringify(PING)}\n${JSON.stringify(PING)}`, -32700, null],
    ['null', 'null', -32600, null],
    ['a number', '1', -32600, null],
    ['a string', '"ping"', -32600, null],
    ['an empty array', '[]', -32600, null],
    ['a batch', JSON.stringify([PING]), -32600, null],
    ['an empty object', '{}', -32600, null],
    ['a request without "jsonrpc"', '{"id":1,"method":"ping"}', -32600, 1],
    ['a request of JSON-RPC 1.0', '{"jsonrpc":"1.0","id":1,"method":"ping"}', -32600, 1],
    ['a "jsonrpc" that is a number', '{"jsonrpc":2.0,"id":1,"method":"ping"}', -32600, 1],
    ['an id without a method', '{"jsonrpc":"2.0","id":1}', -32600, 1],
    ['a method that is a number', '{"jsonrpc":"2.0","id":1,"method":1}', -32600, 1],
    ['a method that is null', '{"jsonrpc":"2.0","id":1,"method":null}', -32600, 1],
    ['"params" that are an array', '{"jsonrpc":"2.0","id":1,"method":"ping","params":[1]}', -32600, 1],
    ['"params" that are a number', '{"jsonrpc":"2.0","id":1,"method":"ping","params":7}', -32600, 1],
    ['"params" that are a string', '{"jsonrpc":"2.0","id":1,"method":"ping","params":"x"}', -32600, 1],
    ['a response without an id', '{"jsonrpc":"2.0","result":{}}', -32600, null],
    ['a response with result and error', '{"jsonrpc":"2.0","id":1,"result":{},"error":{}}', -32600, null],
  ])('is refused with 400 where it is %s, and the session lives on', async (_what, body, code, id) => {
    const client = await WireClient.connect(server.url);
    expect(refusal(await client.post(body))).toEqual(refused(400, code, id));
    expect(await greeting(client)).toBe('Hello Ada');
    expect(messagesOf(client)).toHaveLength(1);
    client.close();
  });

  it('is refused if something before the module has read it', async () => {
    const running = await startApp({
      adapter,
      providers: [Features],
      configure: (app) => {
        app.use(async (incoming: IncomingMessage, _response: unknown, next: () => void) => {
          if (incoming.headers['x-eaten']) await text(incoming);
          next();
        });
      },
    });
    const client = await WireClient.connect(`${running.url}/sse`);
    expect(refusal(await client.post(PING, { 'x-eaten': 'yes' }))).toEqual(refused(400, -32700));
    expect(await greeting(client)).toBe('Hello Ada');
    await running.close();
  });

  it('does not end the session when the client disconnects in the middle', async () => {
    const client = await WireClient.connect(server.url);
    const post = beginPost(await client.endpoint(), { 'content-length': 1_000 });
    post.on('error', () => undefined);
    await new Promise<void>((resolve) => post.write('{', () => resolve()));
    post.destroy();
    expect(await greeting(client)).toBe('Hello Ada');
    client.close();
  });
});

describeOnEveryAdapter('the content type of a message', (adapter) => {
  const server = runApp({ adapter });

  it.each([
    'text/plain',
    'application/jsonx',
    'application/json-rpc',
    'application/vnd.api+json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json; charset=latin1',
    'application/json; charset=utf-16',
    'nonsense',
    '',
  ])('is refused with 415 where it is "%s"', async (type) => {
    const client = await WireClient.connect(server.url);
    expect(refusal(await client.post(PING, { 'content-type': type }))).toEqual(refused(415, -32000));
    expect(await greeting(client)).toBe('Hello Ada');
    client.close();
  });

  it('is refused with 415 where it is missing', async () => {
    const client = await WireClient.connect(server.url);
    const response = await send(await client.endpoint(), { body: JSON.stringify(PING) });
    expect(refusal(response)).toEqual(refused(415, -32000));
    expect(await greeting(client)).toBe('Hello Ada');
    client.close();
  });

  it('is refused with 415 where the body is compressed', async () => {
    const client = await WireClient.connect(server.url);
    const response = await client.post(PING, { 'content-encoding': 'gzip' });
    expect(refusal(response)).toEqual(refused(415, -32000));
    expect(await greeting(client)).toBe('Hello Ada');
    client.close();
  });

  it.each([
    'application/json',
    'application/json; charset=UTF-8',
    'application/json;charset="utf-8"',
    'APPLICATION/JSON',
  ])('is accepted where it is %s', async (type) => {
    const client = await WireClient.connect(server.url);
    const { status, body } = await client.post(PING, { 'content-type': type });
    expect({ status, body }).toEqual({ status: 202, body: '' });
    expect(await client.answer('ping')).toEqual({ jsonrpc: '2.0', id: 'ping', result: {} });
    client.close();
  });
});

describeOnEveryAdapter('a message larger than the limit', (adapter) => {
  const LIMIT = 10_000;
  const server = runApp({ adapter, options: { limits: { maxMessageBytes: LIMIT } } });

  /** A ping of so many bytes. */
  function pingOf(bytes: number, filler = 'x'): string {
    const empty = JSON.stringify({ ...PING, params: { filler: '' } });
    return empty.replace('""', `"${filler.repeat((bytes - empty.length) / Buffer.byteLength(filler))}"`);
  }

  it('is refused with 413, and one of just the limit is accepted', async () => {
    const client = await WireClient.connect(server.url);
    expect(refusal(await client.post(pingOf(LIMIT + 1)))).toEqual(refused(413, -32000));
    expect((await client.post(pingOf(LIMIT))).status).toBe(202);
    expect(await client.answer('ping')).toHaveProperty('result');
    expect(await greeting(client)).toBe('Hello Ada');
    client.close();
  });

  it('is counted in bytes, not characters', async () => {
    const client = await WireClient.connect(server.url);
    const body = pingOf(LIMIT + 2_000, 'ü');
    expect(body.length).toBeLessThan(LIMIT);
    expect(refusal(await client.post(body))).toEqual(refused(413, -32000));
    expect(await greeting(client)).toBe('Hello Ada');
    client.close();
  });

  it('is refused with 413 without a Content-Length, before it has been sent to its end', async () => {
    const client = await WireClient.connect(server.url);
    const post = beginPost(await client.endpoint(), { 'transfer-encoding': 'chunked' });
    post.write(pingOf(LIMIT - 1));
    post.write('  ');
    expect(refusal(await responseTo(post))).toEqual(refused(413, -32000));
    expect(await greeting(client)).toBe('Hello Ada');
    client.close();
  });

  it('is accepted without a Content-Length up to the limit', async () => {
    const client = await WireClient.connect(server.url);
    const post = beginPost(await client.endpoint(), { 'transfer-encoding': 'chunked' });
    post.write(pingOf(LIMIT - 1));
    post.end(' ');
    expect((await responseTo(post)).status).toBe(202);
    expect(await client.answer('ping')).toHaveProperty('result');
    client.close();
  });

  it('is refused with 413 when no more than its head has been sent', async () => {
    const client = await WireClient.connect(server.url);
    const post = beginPost(await client.endpoint(), { 'content-length': LIMIT + 1 });
    post.flushHeaders();
    expect(refusal(await responseTo(post))).toEqual(refused(413, -32000));
    expect(await greeting(client)).toBe('Hello Ada');
    client.close();
  });
});

describeOnEveryAdapter('a message that something before the module has parsed', (adapter) => {
  let running: RunningApp;

  /** As body parsers do it: Express's put it on the request, Fastify's on its own. */
  function parseAhead(app: INestApplication): void {
    const parse = async (incoming: { headers: object; body?: unknown }, raw: IncomingMessage) => {
      if ('x-parsed' in incoming.headers) incoming.body = JSON.parse(await text(raw));
    };
    if (adapter === 'fastify')
      app
        .getHttpAdapter()
        .getInstance()
        .addHook('onRequest', (incoming: { raw: IncomingMessage; headers: object }) =>
          parse(incoming, incoming.raw),
        );
    else
      app.use(async (incoming: IncomingMessage, _response: unknown, next: () => void) => {
        await parse(incoming, incoming);
        next();
      });
  }

  beforeAll(async () => {
    running = await startApp({
      adapter,
      providers: [Features],
      options: { limits: { maxMessageBytes: 1_000 } },
      configure: parseAhead,
    });
  });
  afterAll(() => running.close());

  it.each([
    ['content-length', (body: string) => ({ 'content-length': body.length }), null],
    ['transfer-encoding', () => ({ 'transfer-encoding': 'chunked' }), 'ping'],
  ])('is taken as it is, and has the same limit: with %s', async (_name, headersOf, id) => {
    const client = await WireClient.connect(`${running.url}/sse`);
    const post = async (message: object) => {
      const body = JSON.stringify(message);
      const clientRequest = beginPost(await client.endpoint(), { 'x-parsed': 'yes', ...headersOf(body) });
      clientRequest.end(body);
      return responseTo(clientRequest);
    };
    expect((await post(greet(1))).status).toBe(202);
    expect(await client.answer(1)).toMatchObject({ result: { content: [{ text: 'Hello Ada' }] } });
    const large = { ...PING, params: { filler: 'x'.repeat(1_000) } };
    expect(refusal(await post(large))).toEqual(refused(413, -32000, id));
    expect(refusal(await post([PING]))).toEqual(refused(400, -32600));
    expect(await greeting(client)).toBe('Hello Ada');
    client.close();
  });
});

describeOnEveryAdapter('the default limit of a message', (adapter) => {
  const server = runApp({ adapter, controllers: [OwnController] });
  const textOf = (bytes: number) => JSON.stringify({ text: 'x'.repeat(bytes) });

  it('is 4 MiB, whatever the adapter has for the routes of the application', async () => {
    const client = await WireClient.connect(server.url);
    for (const [bytes, status] of [
      [150_000, 202],
      [4 * 1024 * 1024 - 1_000, 202],
      [4 * 1024 * 1024, 413],
    ] as const) {
      const message = { ...PING, params: { filler: 'x'.repeat(bytes) } };
      expect((await client.post(message)).status).toBe(status);
    }
    expect(await greeting(client)).toBe('Hello Ada');
    client.close();
  });

  it('leaves the routes of the application their own', async () => {
    const post = (bytes: number) =>
      send(`${server.running.url}/own`, { headers: JSON_HEADERS, body: textOf(bytes) });
    expect(await post(1_000)).toMatchObject({ status: 201, body: '1000' });
    const [below, above] = adapter === 'fastify' ? [1_000_000, 1_100_000] : [90_000, 110_000];
    expect((await post(below)).status).toBe(201);
    expect((await post(above)).status).toBe(413);
  });
});
