import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Injectable, UseGuards } from '@nestjs/common';
import { ThrottlerModule } from '@nestjs/throttler';
import { IsString } from 'class-validator';
import { JsonRpcError, McpContext, McpCtx, McpPrompt, McpResource, McpTool } from 'nestjs-mcp-sse';
import { McpThrottlerGuard } from 'nestjs-mcp-sse/throttler';
import { send, WireClient, type WireResponse } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';

const KEY = 'a-key-of-the-wire-codes';
const AUTHENTICATED = { 'x-api-key': KEY };
const JSON_TYPE = { 'content-type': 'application/json' };
const PING = { jsonrpc: '2.0', id: 'ping', method: 'ping' };

class NamedDto {
  @IsString()
  name!: string;
}

@Injectable()
class Features {
  @McpTool()
  greet({ name }: NamedDto): string {
    return `Hello ${name}`;
  }

  @McpTool()
  fail(): never {
    throw new Error('secret');
  }

  @McpTool()
  refuse(): never {
    throw new JsonRpcError(-32042, 'on purpose');
  }

  @McpTool()
  wait(@McpCtx() { signal }: McpContext): Promise<void> {
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
  }

  @McpTool()
  @UseGuards(McpThrottlerGuard)
  rare(): string {
    return 'rare';
  }

  @McpResource({ uri: 'broken://one' })
  broken(): never {
    throw new Error('secret');
  }

  @McpPrompt()
  ask({ name }: NamedDto): string {
    return name;
  }
}

/** The status of an HTTP answer and the code of the JSON-RPC error in it. */
function codes({ status, body }: WireResponse): [number, number | undefined] {
  return [status, body === '' ? undefined : (JSON.parse(body) as { error: { code: number } }).error.code];
}

describeOnAdapters('the codes on the wire', (adapter) => {
  let running: RunningApp;
  let client: WireClient;

  beforeEach(async () => {
    running = await startApp({
      adapter,
      imports: [ThrottlerModule.forRoot([{ limit: 1, ttl: 60_000 }])],
      providers: [Features],
      options: {
        auth: { apiKey: { keys: [{ name: 'one', key: KEY }] } },
        limits: { maxMessageBytes: 1000, maxInFlight: 1, maxSessions: 1, maxSubscriptions: 0 },
      },
    });
    client = await WireClient.connect(`${running.url}/sse`, AUTHENTICATED);
  });

  afterEach(async () => {
    client.close();
    await running.close();
  });

  it('of POST are those of the table', async () => {
    const posts: [expected: [number, number | undefined], what: string, response: Promise<WireResponse>][] = [
      [[202, undefined], 'a message', client.post(PING)],
      [[400, -32700], 'no JSON', client.post('{')],
      [[400, -32700], 'nothing', client.post('')],
      [[400, -32600], 'null', client.post('null')],
      [[400, -32600], 'a batch', client.post([PING])],
      [[400, -32600], 'no JSON-RPC 2.0', client.post({ id: 1, method: 'ping' })],
      [[400, -32600], 'an id that is null', client.post({ ...PING, id: null })],
      [[413, -32000], 'too much', client.post({ ...PING, id: 'x'.repeat(1000) })],
      [[415, -32000], 'another type', client.post(PING, { 'content-type': 'text/plain' })],
      [[401, -32000], 'a wrong key', client.post(PING, { 'x-api-key': 'wrong' })],
      [[403, -32000], 'a host that is not served', client.post(PING, { host: 'example.com' })],
      [[403, -32000], 'an origin that is not served', client.post(PING, { origin: 'https://example.com' })],
    ];
    const observed = await Promise.all(
      posts.map(async ([, what, response]) => [codes(await response), what]),
    );
    expect(observed).toEqual(posts.map(([expected, what]) => [expected, what]));
  });

  it('of POST without a session or with an unknown one are 400 and 404', async () => {
    const post = (query: string) =>
      send(`${running.url}/messages${query}`, {
        headers: { ...JSON_TYPE, ...AUTHENTICATED },
        body: JSON.stringify(PING),
      });
    expect(codes(await post(''))).toEqual([400, -32600]);
    expect(codes(await post('?sessionId=unknown'))).toEqual([404, -32001]);
  });

  it('of a request with an id in flight, or above the limit, are 400 and 429', async () => {
    await client.post({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'wait' } });
    expect(codes(await client.post({ jsonrpc: '2.0', id: 1, method: 'tools/list' }))).toEqual([400, -32600]);
    expect(codes(await client.post({ jsonrpc: '2.0', id: 2, method: 'tools/list' }))).toEqual([429, -32000]);
  });

  it('of GET are those of the table', async () => {
    const get = (headers: Record<string, string>) =>
      send(`${running.url}/sse`, { method: 'GET', headers: { ...AUTHENTICATED, ...headers } });
    expect(client.response.statusCode).toBe(200);
    expect(codes(await get({}))).toEqual([503, -32000]);
    expect(codes(await get({ 'x-api-key': 'wrong' }))).toEqual([401, -32000]);
    expect(codes(await get({ accept: 'application/json' }))).toEqual([406, -32000]);
    expect(codes(await get({ host: 'example.com' }))).toEqual([403, -32000]);
  });

  it('of a method that a route does not serve are 405, with Allow', async () => {
    const post = await send(`${running.url}/sse`, { headers: JSON_TYPE, body: JSON.stringify(PING) });
    expect([...codes(post), post.headers.allow]).toEqual([405, -32000, 'GET']);
    const get = await send(`${running.url}/messages`, { method: 'GET' });
    expect([...codes(get), get.headers.allow]).toEqual([405, -32000, 'POST']);
  });

  it('of answers on the stream are those of the table', async () => {
    await client.initialize();
    const errors: [code: number, method: string, params: object][] = [
      [
        -32600,
        'initialize',
        { protocolVersion: '2024-11-05', capabilities: {}, clientInfo: { name: 'a', version: '1' } },
      ],
      [-32601, 'server/discover', {}],
      [-32601, 'no/such', {}],
      [-32602, 'tools/call', { name: 'unknown' }],
      [-32602, 'tools/call', {}],
      [-32602, 'tools/call', { name: 'greet', arguments: [] }],
      [-32042, 'tools/call', { name: 'refuse' }],
      [-32002, 'resources/read', { uri: 'no://such' }],
      [-32603, 'resources/read', { uri: 'broken://one' }],
      [-32000, 'resources/subscribe', { uri: 'broken://one' }],
      [-32602, 'prompts/get', { name: 'unknown' }],
      [-32602, 'prompts/get', { name: 'ask', arguments: {} }],
      [-32602, 'logging/setLevel', { level: 'loud' }],
      [-32602, 'tools/list', { cursor: 'unknown' }],
    ];
    const observed: unknown[] = [];
    for (const [id, [, method, params]] of errors.entries()) {
      const { error } = await client.call(id, method, params);
      observed.push([error?.code, method, params]);
    }
    expect(observed).toEqual(errors);
  });

  it('of invalid arguments and of a failing tool are results with isError', async () => {
    expect(await client.callTool(1, 'greet', {})).toMatchObject({ result: { isError: true } });
    expect(await client.callTool(2, 'fail')).toMatchObject({ result: { isError: true } });
  });

  it('of a call that the throttler refuses is -32000, with the time to wait', async () => {
    expect(await client.callTool(1, 'rare')).toHaveProperty('result');
    const { error } = await client.callTool(2, 'rare');
    expect(error).toMatchObject({ code: -32000, data: { retryAfterMs: expect.any(Number) } });
  });

  it('of requests in flight when the server ends the session is -32000', async () => {
    await client.post({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'wait' } });
    running.sessions.close(await client.sessionId());
    expect((await client.answer(1))['error'].code).toBe(-32000);
  });
});
