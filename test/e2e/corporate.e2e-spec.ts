import { afterEach, describe, expect, it } from '@jest/globals';
import { gunzipSync } from 'node:zlib';
import { request } from 'node:http';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { connectSdkClient } from '../clients/sdk-client.js';
import { send, WireClient } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { textOf } from '../fixtures/app-per-test.js';
import { configureCorporate, ORIGIN } from '../fixtures/corporate/configure-corporate.js';
import { CorporateModule, type CorporateOptions } from '../fixtures/corporate/corporate.module.js';
import { OrdersTools } from '../fixtures/corporate/orders.js';
import { WrapEverything, WrapHttp } from '../fixtures/corporate/wrapping.interceptors.js';
import { startApp, startModule, type RunningApp } from '../fixtures/start-app.js';

const ADA = { authorization: 'Bearer token-of-ada' };
const BOB = { authorization: 'Bearer token-of-bob' };
const JSON_TYPE = { 'content-type': 'application/json' };
const ORDER = { customer: 'ada', line: { product: 'tea', quantity: 2 } };
const MASKED = /^isError: Internal error \(correlation id [\w-]{36}\)$/;

/** The responses to a client for each feature. */
async function tour(client: Client): Promise<unknown[]> {
  const notified: number[] = [];
  const onprogress = ({ progress }: { progress: number }) => void notified.push(progress);
  return [
    await client.listTools(),
    await client.listResourceTemplates(),
    await client.listPrompts(),
    await client.callTool({ name: 'create', arguments: ORDER }),
    await client.callTool({ name: 'create', arguments: { ...ORDER, admin: true } }),
    await client.callTool({ name: 'count' }, undefined, { onprogress }),
    notified,
    await client.callTool({ name: 'conflict' }),
    await client.readResource({ uri: 'orders://7' }),
    await client.readResource({ uri: 'orders://seven' }).catch(String),
    await client.getPrompt({ name: 'summary' }),
    await client.callTool({ name: 'ofTheProtocol' }).catch(String),
    await client.callTool({ name: 'unheard-of' }).catch(String),
    await client.ping(),
  ];
}

describeOnAdapters('a corporate application', (adapter) => {
  let running: RunningApp | undefined;

  const start = async (options: CorporateOptions = { wrapping: WrapHttp }) => {
    running = await startModule(CorporateModule.with(options), adapter, configureCorporate);
    return `${running.url}/api/v1`;
  };

  afterEach(async () => {
    await running?.close();
    running = undefined;
  });

  it('serves the SDK client as a plain application does', async () => {
    const plain = await startApp({ adapter, providers: [OrdersTools] });
    const plainClient = await connectSdkClient(`${plain.url}/sse`);
    const expected = await tour(plainClient);
    await plainClient.close();
    await plain.close();

    const client = await connectSdkClient(`${await start()}/sse`, ADA);
    expect(await tour(client)).toEqual(expected);
    const { content } = await client.callTool({ name: 'whoami' });
    expect(content).toEqual([{ type: 'text', text: 'ada (ada)' }]);
    await client.close();
  });

  describe.each([
    ['HTTP responses', WrapHttp],
    ['everything', WrapEverything],
  ])('whose interceptor wraps %s', (_what, wrapping) => {
    it('gets the endpoint, the 202 and the answers of the protocol unwrapped', async () => {
      const client = await WireClient.connect(`${await start({ wrapping })}/sse`, ADA);
      expect(client.events[0]!.data).toBe(`/api/v1/messages?sessionId=${await client.sessionId()}`);
      const { status, body } = await client.post({ jsonrpc: '2.0', id: 1, method: 'ping' });
      expect([status, body]).toEqual([202, '']);
      expect(await client.answer(1)).toEqual({ jsonrpc: '2.0', id: 1, result: {} });
      const { result } = await client.initialize();
      expect(result.serverInfo).toEqual({ name: 'corporate', version: '1.0.0' });
    });
  });

  it('wraps the results of its tools too, if it wraps everything', async () => {
    const client = await WireClient.connect(`${await start({ wrapping: WrapEverything })}/sse`, ADA);
    const { result } = await client.callTool(1, 'create', ORDER);
    expect(result.structuredContent).toEqual({ data: { ...ORDER, isDto: true }, timestamp: 'now' });
  });

  it('applies its timeout to calls, but not to an idle stream', async () => {
    const client = await WireClient.connect(`${await start()}/sse`, ADA);
    expect(textOf(await client.callTool(1, 'never'))).toBe('isError: Too slow.');
    expect(textOf(await client.callTool(2, 'never'))).toBe('isError: Too slow.');
    const { result } = await client.call(3, 'ping');
    expect(result).toEqual({});
  });

  it('gets the first event at once on an uncompressed stream, with compression on', async () => {
    const url = await start();
    const client = await WireClient.connect(`${url}/sse`, { ...ADA, 'accept-encoding': 'gzip, br' });
    expect(client.response.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': expect.stringContaining('no-transform'),
    });
    expect(client.response.headers).not.toHaveProperty('content-encoding');
    const { result } = await client.call(1, 'ping');
    expect(result).toEqual({});
  });

  it("sets helmet's and CORS headers on the routes of the module too", async () => {
    const url = await start();
    const client = await WireClient.connect(`${url}/sse`, { ...ADA, origin: ORIGIN });
    const headers = {
      'access-control-allow-origin': ORIGIN,
      'access-control-allow-credentials': 'true',
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining("default-src 'self'"),
    };
    expect(client.response.headers).toMatchObject(headers);
    const accepted = await client.post({ jsonrpc: '2.0', id: 1, method: 'ping' }, { origin: ORIGIN });
    expect(accepted).toMatchObject({ status: 202, headers });
    const preflight = await send(`${url}/messages`, {
      method: 'OPTIONS',
      headers: { origin: ORIGIN, 'access-control-request-method': 'POST' },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers['access-control-allow-methods']).toContain('POST');
    const foreign = await WireClient.open(`${url}/sse`, { ...ADA, origin: 'https://evil.example' });
    expect(foreign.response.statusCode).toBe(403);
  });

  it('authenticates the stream and each message by its own guard', async () => {
    const url = await start();
    const refused = await send(`${url}/sse`, { method: 'GET' });
    expect(refused).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } });
    expect(JSON.parse(refused.body)).toEqual({
      jsonrpc: '2.0',
      error: { code: -32000, message: 'Log in first.' },
      id: null,
    });
    const client = await WireClient.connect(`${url}/sse`, ADA);
    const ping = { jsonrpc: '2.0', id: 1, method: 'ping' };
    const ofBob = await client.post(ping, BOB);
    expect(ofBob.status).toBe(404);
    expect((await client.post(ping, { authorization: 'Bearer nonsense' })).status).toBe(401);
    expect((await client.post(ping)).status).toBe(202);
    expect(await client.answer(1)).toEqual({ jsonrpc: '2.0', id: 1, result: {} });
  });

  it('leaves the errors of the protocol unchanged', async () => {
    const url = await start();
    const client = await WireClient.connect(`${url}/sse`, ADA);
    const shapeOf = ({ status, body }: { status: number; body: string }) => {
      const { jsonrpc, error, id } = JSON.parse(body) as Record<string, any>;
      return [status, jsonrpc, error.code, id];
    };
    const post = (path: string, body: string, headers: Record<string, string> = JSON_TYPE) =>
      send(`${url}/${path}`, { headers: { ...ADA, ...headers }, body });
    expect(shapeOf(await client.post('{ not JSON'))).toEqual([400, '2.0', -32700, null]);
    expect(shapeOf(await client.post([]))).toEqual([400, '2.0', -32600, null]);
    expect(shapeOf(await client.post('{}', { 'content-type': 'text/plain' }))).toEqual([
      415,
      '2.0',
      -32000,
      null,
    ]);
    expect(shapeOf(await post('messages', '{}'))).toEqual([400, '2.0', -32600, null]);
    expect(shapeOf(await post('messages?sessionId=unknown', '{}'))).toEqual([404, '2.0', -32001, null]);
    expect(shapeOf(await post('sse', '{}'))).toEqual([405, '2.0', -32000, null]);
    expect(textOf(await client.callTool(1, 'broken'))).toMatch(MASKED);
    expect(textOf(await client.callTool(2, 'conflict'))).toBe('isError: The order has been sent.');
  });

  it('limits calls of a tool by its throttler', async () => {
    const client = await WireClient.connect(`${await start()}/sse`, ADA);
    expect(textOf(await client.callTool(1, 'rare'))).toBe('once a minute');
    expect(textOf(await client.callTool(2, 'rare'))).toBe('isError: ThrottlerException: Too Many Requests');
    expect(textOf(await client.callTool(3, 'whoami'))).toBe('ada (ada)');
  });

  it('limits messages by its throttler', async () => {
    const url = await start({ wrapping: WrapHttp, limit: 3 });
    const client = await WireClient.connect(`${url}/sse`, ADA);
    for (const id of [1, 2, 3]) expect(textOf(await client.callTool(id, 'whoami'))).toBe('ada (ada)');
    const refused = await client.post({ jsonrpc: '2.0', id: 4, method: 'ping' });
    expect(refused).toMatchObject({ status: 429, headers: { 'retry-after': expect.any(String) } });
    expect(JSON.parse(refused.body)).toMatchObject({
      jsonrpc: '2.0',
      error: { message: expect.stringContaining('Too Many Requests') },
    });
  });

  it('still wraps, validates and compresses its own responses, and formats its errors', async () => {
    const url = await start();
    const get = (path: string, headers: object = {}) =>
      send(`${url}/${path}`, { method: 'GET', headers: { ...ADA, ...headers } });
    const one = await get('orders/7');
    expect([one.status, JSON.parse(one.body)]).toEqual([200, { data: { id: 7 }, timestamp: 'now' }]);
    const created = await send(`${url}/orders`, {
      headers: { ...ADA, ...JSON_TYPE },
      body: JSON.stringify({ ...ORDER, admin: true }),
    });
    expect([created.status, JSON.parse(created.body)]).toEqual([201, { data: ORDER, timestamp: 'now' }]);
    const wrong = await get('orders/seven');
    expect(wrong.status).toBe(400);
    expect(JSON.parse(wrong.body)).toEqual({ failed: true, status: 400, path: '/api/v1/orders/seven' });
    const unknown = await get('nothing');
    expect(JSON.parse(unknown.body)).toEqual({ failed: true, status: 404, path: '/api/v1/nothing' });
    const anonymous = await send(`${url}/orders`, { method: 'GET' });
    expect(JSON.parse(anonymous.body)).toEqual({ failed: true, status: 401, path: '/api/v1/orders' });
    const malformed = await send(`${url}/orders`, { headers: { ...ADA, ...JSON_TYPE }, body: '{ not JSON' });
    expect(JSON.parse(malformed.body)).toEqual({ failed: true, status: 400, path: '/api/v1/orders' });
    const { headers, bytes } = await compressed(`${url}/orders`);
    expect(headers['content-encoding']).toBe('gzip');
    expect(JSON.parse(gunzipSync(bytes).toString())).toMatchObject({ data: [{ id: 1 }] });
  });
});

function compressed(url: string) {
  return new Promise<{ headers: Record<string, unknown>; bytes: Buffer }>((resolve, reject) => {
    request(url, { headers: { ...ADA, 'accept-encoding': 'gzip' }, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ headers: response.headers, bytes: Buffer.concat(chunks) }));
    })
      .on('error', reject)
      .end();
  });
}
