import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, it } from '@jest/globals';
import { Injectable, UseGuards, type CanActivate } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { UrlElicitationRequiredError } from '@modelcontextprotocol/sdk/types.js';
import { McpComplete, McpContext, McpPrompt, McpResource, McpTool, serveStdio } from 'nestjs-mcp-sse';
import { HttpWireClient, initialize, rpc } from '../clients/http-wire-client.js';
import { send, WireClient } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { appPerTest } from '../fixtures/app-per-test.js';
import { carried, Stage } from '../fixtures/stage.js';
import { testModule } from '../fixtures/start-app.js';

const BYTES = Buffer.from([0, 255, 254, 10]);
const PAGE = { mode: 'url', message: 'Pay', url: 'https://pay.example/1', elicitationId: 'e1' } as const;
const PING = rpc(1, 'ping');

@Injectable()
class Nobody implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

@Injectable()
class Features {
  @McpTool()
  count(ctx: McpContext): string {
    for (const done of [2, 1, 2, NaN, 3]) ctx.progress(done);
    return 'counted';
  }

  @McpTool()
  lines(): string {
    return 'one\ntwo\r\nthree';
  }

  @McpTool({ name: 'Lines' })
  otherLines(): string {
    return 'another tool';
  }

  @McpTool()
  pay(): never {
    throw new UrlElicitationRequiredError([PAGE]);
  }

  @McpResource({ uri: 'test://bytes', mimeType: 'application/x-test' })
  bytes(): Buffer {
    return BYTES;
  }

  @McpPrompt({ args: { type: 'object', properties: { name: { type: 'string' } } } })
  greet({ name }: { name?: string }): string {
    return `Greet ${name}`;
  }

  @McpComplete({ prompt: 'greet', argument: 'name' })
  @UseGuards(Nobody)
  names(): string[] {
    return ['a secret name'];
  }
}

describeOnAdapters('the specification', (adapter) => {
  const { start, connect } = appPerTest(adapter);
  const fixture = { providers: [Features, Nobody, Stage] };

  it.each(['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'])(
    'is spoken in the revision that the client asks for: %s',
    async (protocolVersion) => {
      const client = await connect(fixture);
      const params = { protocolVersion, capabilities: {}, clientInfo: { name: 'wire', version: '1' } };
      const { result } = await client.call(1, 'initialize', params);
      expect(result).toMatchObject({ protocolVersion, serverInfo: { name: 'test', version: '1.0.0' } });
      client.close();
    },
  );

  it('is spoken in the newest revision where the one that the client asks for is not served', async () => {
    const client = await connect(fixture);
    const params = {
      protocolVersion: '1999-01-01',
      capabilities: {},
      clientInfo: { name: 'wire', version: '1' },
    };
    expect(await client.call(1, 'initialize', params)).toMatchObject({
      result: { protocolVersion: '2025-11-25' },
    });
    client.close();
  });

  it('has an empty answer to a ping, before the session is initialized too', async () => {
    const client = await connect(fixture);
    expect(await client.call(1, 'ping')).toEqual({ jsonrpc: '2.0', id: 1, result: {} });
    await client.initialize();
    expect(await client.call(2, 'ping')).toEqual({ jsonrpc: '2.0', id: 2, result: {} });
    client.close();
  });

  it('wants 403 to a page of a foreign origin, on every route and method', async () => {
    const { url, sessions } = await start(fixture);
    const headers = {
      origin: 'https://evil.example',
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
    };
    for (const path of ['/mcp', '/sse'])
      expect(await send(`${url}${path}`, { method: 'GET', headers })).toMatchObject({ status: 403 });
    for (const path of ['/mcp', '/messages?sessionId=x'])
      expect(await send(`${url}${path}`, { headers, body: JSON.stringify(PING) })).toMatchObject({
        status: 403,
      });
    expect(await send(`${url}/mcp`, { method: 'DELETE', headers })).toMatchObject({ status: 403 });
    expect(sessions.sessions).toEqual([]);
  });

  it('takes a request that names no revision, and has no session, for one of 2025-03-26', async () => {
    const { url } = await start({ ...fixture, options: { http: { stateless: true } } });
    const client = new HttpWireClient(`${url}/mcp`);
    const batch = [PING, rpc(2, 'ping')];
    const { status, body } = await client.post(batch);
    expect([status, JSON.parse(body)]).toEqual([
      200,
      [1, 2].map((id) => ({ jsonrpc: '2.0', id, result: {} })),
    ]);
    expect(await client.post(batch, { 'mcp-protocol-version': '2025-11-25' })).toMatchObject({ status: 400 });
  });

  it('lets progress only grow', async () => {
    const client = await connect(fixture);
    await client.post(rpc(1, 'tools/call', { name: 'count', _meta: { progressToken: 't' } }));
    await client.answer(1);
    const progress = client.events
      .filter(({ data }) => data?.includes('notifications/progress'))
      .map(({ data }) => JSON.parse(data!).params.progress);
    expect(progress).toEqual([2, 3]);
    client.close();
  });

  it('tells tools apart by the case of their names', async () => {
    const client = await connect(fixture);
    expect(await client.callTool(1, 'Lines')).toMatchObject({
      result: { content: [{ text: 'another tool' }] },
    });
    expect(await client.callTool(2, 'LINES')).toMatchObject({ error: { code: -32602 } });
    client.close();
  });

  it('wants the bytes of a resource in base64', async () => {
    const client = await connect(fixture);
    const { result } = await client.call(1, 'resources/read', { uri: 'test://bytes' });
    expect(result.contents).toEqual([
      { uri: 'test://bytes', mimeType: 'application/x-test', blob: BYTES.toString('base64') },
    ]);
    client.close();
  });

  it.each([
    {},
    { ref: { type: 'ref/prompt', name: 'greet' } },
    { ref: { type: 'ref/other' }, argument: { name: 'name', value: '' } },
    { ref: { type: 'ref/prompt', name: 'greet' }, argument: { name: 'name', value: 1 } },
  ])('has no completion for parameters that are not those of one: %j', async (params) => {
    const client = await connect(fixture);
    expect(await client.call(1, 'completion/complete', params)).toMatchObject({ error: { code: -32602 } });
    client.close();
  });

  it('lets guards keep suggestions from those who may not see them', async () => {
    const client = await connect(fixture);
    const answer = await client.call(1, 'completion/complete', {
      ref: { type: 'ref/prompt', name: 'greet' },
      argument: { name: 'name', value: '' },
    });
    expect(answer).toMatchObject({ error: { message: expect.any(String) } });
    expect(JSON.stringify(answer)).not.toContain('a secret name');
    client.close();
  });

  it('gives back on a stream what was on that stream only', async () => {
    const { app, url, sessions } = await start(fixture);
    const client = await HttpWireClient.connect(`${url}/mcp`);
    const standalone = await client.open();
    const calls = [];
    for (const id of ['a', 'b']) calls.push(await app.get(Stage).stream(client, id));
    sessions.broadcast('notifications/message', { level: 'info', data: 'of no call' });
    for (const [index, [stream, { context, resolve }]] of calls.entries()) {
      context.log.info(`of ${index}`);
      resolve(`done ${index}`);
      await stream.end();
    }
    for (const [index, [stream]] of calls.entries()) {
      const resumed = await client.open(stream.events[0]!.id);
      expect(await carried(resumed)).toEqual([0, `of ${index}`, `done ${index}`]);
    }
    standalone.close();
  });

  it('has the elicitations that a call needs first in the error that says so', async () => {
    const client = await connect(fixture);
    expect(await client.callTool(1, 'pay')).toMatchObject({
      error: { code: -32042, data: { elicitations: [PAGE] } },
    });
    client.close();
  });

  it('wants the two routes of HTTP+SSE, the first event of which names the second', async () => {
    const { url } = await start(fixture);
    const client = await WireClient.connect(`${url}/sse`);
    expect(client.events[0]!.event).toBe('endpoint');
    expect(new URL(await client.endpoint()).pathname).toBe('/messages');
    expect(await client.post(PING)).toMatchObject({ status: 202 });
    const isNew = ({ event }: { event?: string }) => event !== 'endpoint';
    expect(await client.next(isNew)).toMatchObject({ event: 'message' });
    client.close();
  });
});

it('lets nothing but messages, one to a line, on the standard output', async () => {
  const app = await NestFactory.createApplicationContext(testModule({ providers: [Features, Nobody] }), {
    logger: false,
    abortOnError: false,
  });
  const input = new PassThrough();
  const output = new PassThrough();
  const written = text(output);
  const served = serveStdio(app, { input, output });
  const messages = [
    initialize(),
    rpc(1, 'tools/call', { name: 'lines' }),
    rpc(2, 'no/such'),
    { nonsense: true },
  ];
  for (const message of messages) input.write(`${JSON.stringify(message)}\n`);
  input.end('no JSON\n');
  await served;
  await app.close();
  output.end();
  const lines = (await written).trimEnd().split('\n');
  for (const line of lines) expect(JSON.parse(line)).toMatchObject({ jsonrpc: '2.0' });
  expect(lines.map((line) => JSON.parse(line)).find(({ id }) => id === 1)).toMatchObject({
    result: { content: [{ text: 'one\ntwo\r\nthree' }] },
  });
});
