import { Agent, request } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { IsString } from 'class-validator';
import { McpTool, type McpSseModuleOptions } from 'nestjs-mcp-sse';
import { HttpWireClient, rpc } from '../clients/http-wire-client.js';
import { connectSdkHttpClient } from '../clients/sdk-client.js';
import { send, WireClient } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { Stage } from '../fixtures/stage.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';

class GreetDto {
  @IsString()
  name!: string;
}

@Injectable()
class Greeter {
  @McpTool({ description: 'Greets' })
  greet({ name }: GreetDto): string {
    return `Hello ${name}`;
  }
}

const PING = rpc(1, 'ping');
const GREET = rpc(2, 'tools/call', { name: 'greet', arguments: { name: 'Ada' } });
const GREETED = { jsonrpc: '2.0', id: 2, result: { content: [{ type: 'text', text: 'Hello Ada' }] } };
const EVENT_STREAM = /^text\/event-stream/;

describeOnAdapters('Streamable HTTP', (adapter) => {
  let running: RunningApp;
  let url: string;
  let stage: Stage;

  async function start(options: Partial<McpSseModuleOptions> = {}): Promise<void> {
    running = await startApp({ adapter, providers: [Greeter, Stage], options });
    url = `${running.url}/mcp`;
    stage = running.app.get(Stage);
  }

  afterEach(() => running.close());

  it('answers the SDK client', async () => {
    await start();
    const client = await connectSdkHttpClient(url);
    expect(client.getServerVersion()).toEqual({ name: 'test', version: '1.0.0' });
    const result = await client.callTool({ name: 'greet', arguments: { name: 'Ada' } });
    expect(result.content).toEqual([{ type: 'text', text: 'Hello Ada' }]);
    await client.close();
  });

  describe('the answer to a POST', () => {
    it('is JSON when nothing but the answer is sent', async () => {
      await start();
      const client = await HttpWireClient.connect(url);
      const { status, headers, body } = await client.post(GREET);
      expect(status).toBe(200);
      expect(headers['content-type']).toBe('application/json');
      expect(JSON.parse(body)).toEqual(GREETED);
    });

    it('is a stream from the first notification on', async () => {
      await start();
      const client = await HttpWireClient.connect(url);
      const opening = client.streamTool('a', 'perform', {}, { progressToken: 'p' });
      const { context, resolve } = await stage.next();
      context.progress(1, 2);
      const stream = await opening;
      expect(stream.response.headers).toMatchObject({
        'content-type': expect.stringMatching(EVENT_STREAM),
        'cache-control': 'no-cache, no-transform',
        'x-accel-buffering': 'no',
      });
      expect(await stream.message()).toMatchObject({ method: 'notifications/progress' });
      resolve('done');
      expect(await stream.answer('a')).toMatchObject({ result: { content: [{ text: 'done' }] } });
      await stream.end();
    });

    it('leaves the connection for the next request when it was a stream', async () => {
      await start();
      const { headers } = await HttpWireClient.connect(url);
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const streamedCall = (id: number) =>
        new Promise<number | undefined>((resolve, reject) => {
          const call = { jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'perform' } };
          const accept = 'application/json, text/event-stream';
          request(url, {
            method: 'POST',
            agent,
            headers: { ...headers, accept, 'content-type': 'application/json' },
          })
            .on('response', (response) => {
              const { localPort } = response.socket;
              response.resume().on('end', () => resolve(localPort));
            })
            .on('error', reject)
            .end(JSON.stringify(call));
        });
      const ports: (number | undefined)[] = [];
      for (const id of [1, 2]) {
        const ended = streamedCall(id);
        const { context, resolve } = await stage.next();
        context.notify('notifications/test');
        resolve('done');
        ports.push(await ended);
      }
      agent.destroy();
      expect(ports[1]).toBe(ports[0]);
    });

    it('is a stream when the answer takes its time', async () => {
      await start({ http: { upgradeMs: 20 } });
      const client = await HttpWireClient.connect(url);
      const stream = await client.streamTool('a', 'perform');
      expect(stream.response.headers['content-type']).toMatch(EVENT_STREAM);
      const { resolve } = await stage.next();
      resolve('done');
      expect(await stream.answer('a')).toMatchObject({ result: { content: [{ text: 'done' }] } });
      await stream.end();
    });

    it('has comments that keep the stream open', async () => {
      await start({ http: { upgradeMs: 5 }, sse: { heartbeatMs: 20 } });
      const client = await HttpWireClient.connect(url);
      const stream = await client.streamTool('a', 'perform');
      expect(await stream.next(({ comment }) => comment !== undefined)).toEqual({ comment: 'keep-alive' });
      stream.close();
    });

    it('is 202 to notifications and responses', async () => {
      await start();
      const client = await HttpWireClient.connect(url);
      const initialized = await client.post({ jsonrpc: '2.0', method: 'notifications/initialized' });
      expect(initialized).toMatchObject({ status: 202, body: '' });
      const response = await client.post({ jsonrpc: '2.0', id: 7, result: {} });
      expect(response).toMatchObject({ status: 202, body: '' });
    });

    it('is 400 to what is not a message, and 415 to what is not JSON', async () => {
      await start();
      const client = await HttpWireClient.connect(url);
      expect(await client.post('{')).toMatchObject({ status: 400, body: expect.stringContaining('-32700') });
      expect(await client.post({ id: 1 })).toMatchObject({
        status: 400,
        body: expect.stringContaining('-32600'),
      });
      expect(await client.post(PING, { 'content-type': 'text/plain' })).toMatchObject({ status: 415 });
    });

    it('is 400 to an id that is in flight, and the first request is answered all the same', async () => {
      await start();
      const client = await HttpWireClient.connect(url);
      const first = client.post(rpc(0, 'tools/call', { name: 'perform' }));
      const { resolve } = await stage.next();
      const second = await client.post(rpc(0, 'ping'));
      expect(second.status).toBe(400);
      expect(JSON.parse(second.body)).toMatchObject({ id: null, error: { code: -32600 } });
      resolve('done');
      expect(JSON.parse((await first).body)).toMatchObject({
        id: 0,
        result: { content: [{ text: 'done' }] },
      });
    });

    it('is 406 when the Accept header excludes one of the types, whatever the order', async () => {
      await start();
      const client = await HttpWireClient.connect(url);
      const statusFor = async (accept: string) => (await client.post(PING, { accept })).status;
      expect(await statusFor('application/json')).toBe(406);
      expect(await statusFor('text/event-stream')).toBe(406);
      expect(await statusFor('text/html')).toBe(406);
      expect(await statusFor('text/event-stream;q=0.9, application/json')).toBe(200);
      expect(await statusFor('*/*')).toBe(200);
      expect((await client.open(undefined, { accept: 'application/json' })).response.statusCode).toBe(406);
    });
  });

  describe('a session', () => {
    it('is named by the answer to initialize, and needed from then on', async () => {
      await start();
      const client = await HttpWireClient.connect(url);
      expect(client.sessionId).toMatch(/^[\w-]{22}$/);
      expect(running.sessions.sessions).toMatchObject([
        { id: client.sessionId, transport: 'streamable-http', protocolVersion: '2025-11-25', inFlight: 0 },
      ]);
      const stranger = new HttpWireClient(url);
      expect(await stranger.post(PING)).toMatchObject({
        status: 400,
        body: expect.stringContaining('Mcp-Session-Id'),
      });
      expect(await stranger.delete()).toMatchObject({ status: 400 });
      expect(running.sessions.sessions).toHaveLength(1);
    });

    it('that is unknown is answered 404, whatever is asked', async () => {
      await start();
      const client = new HttpWireClient(url, { 'mcp-session-id': 'AAAAAAAAAAAAAAAAAAAAAA' });
      const { status, body } = await client.post(PING);
      expect(status).toBe(404);
      expect(JSON.parse(body)).toMatchObject({ id: null, error: { code: -32001 } });
      expect(await client.delete()).toMatchObject({ status: 404 });
      expect((await client.open()).response.statusCode).toBe(404);
    });

    it('of another principal is answered as an unknown one is', async () => {
      const keys = ['ada', 'bob'].map((name) => ({ name, key: `${name}-key-0123456789` }));
      await start({ auth: { apiKey: { keys } } });
      const [ada, bob] = keys.map(({ key }) => ({ 'x-api-key': key }));
      const client = await HttpWireClient.connect(url, { headers: ada });
      const foreign = await client.post(PING, bob);
      const unknown = await client.post(PING, { ...bob, 'mcp-session-id': 'AAAAAAAAAAAAAAAAAAAAAA' });
      expect(foreign.status).toBe(404);
      expect(foreign.body).toBe(unknown.body);
      expect(await client.delete(bob)).toMatchObject({ status: 404 });
      expect((await client.open(undefined, bob)).response.statusCode).toBe(404);
      expect(await client.post(PING)).toMatchObject({ status: 200 });
      expect(await new HttpWireClient(url).post(PING)).toMatchObject({ status: 401 });
    });

    it('of one transport is unknown to the other', async () => {
      await start();
      const client = await HttpWireClient.connect(url);
      const headers = { 'content-type': 'application/json' };
      const query = `?sessionId=${client.sessionId}`;
      const body = JSON.stringify(PING);
      expect(await send(`${url}${query}`, { headers, body })).toMatchObject({ status: 404 });
      expect(await send(`${running.url}/messages${query}`, { headers, body })).toMatchObject({ status: 404 });
      const legacy = await WireClient.connect(`${running.url}/sse`);
      const crossed = new HttpWireClient(url, { 'mcp-session-id': await legacy.sessionId() });
      expect(await crossed.post(PING)).toMatchObject({ status: 404 });
      legacy.close();
    });

    it('ends with DELETE: its requests are answered, its streams end, and it is gone', async () => {
      await start();
      const client = await HttpWireClient.connect(url);
      const stream = await client.open();
      const pending = client.post(rpc('a', 'tools/call', { name: 'perform' }));
      const { context } = await stage.next();
      expect(await client.delete({ 'content-type': 'application/json' })).toMatchObject({ status: 200 });
      expect(context.signal.aborted).toBe(true);
      expect(JSON.parse((await pending).body)).toMatchObject({ id: 'a', error: { code: -32000 } });
      await stream.end();
      expect(running.sessions.sessions).toEqual([]);
      expect(await client.post(PING)).toMatchObject({ status: 404 });
      expect(await client.delete()).toMatchObject({ status: 404 });
    });

    it('is not opened by an initialize that is refused', async () => {
      await start();
      const client = new HttpWireClient(url);
      expect(await client.post(rpc(1, 'initialize', {}))).toMatchObject({
        status: 400,
        body: expect.stringContaining('-32602'),
      });
      expect(running.sessions.sessions).toEqual([]);
    });

    it('that ends while a message is read answers 404', async () => {
      let enter!: () => void;
      let leave!: () => void;
      const entered = new Promise<void>((resolve) => (enter = resolve));
      const left = new Promise<void>((resolve) => (leave = resolve));
      let slow = false;
      const contextFactory = async () => {
        if (slow) {
          enter();
          await left;
        }
        return {};
      };
      await start({ contextFactory });
      const client = await HttpWireClient.connect(url);
      slow = true;
      const posted = client.post(PING);
      await entered;
      running.sessions.close(client.sessionId);
      leave();
      expect(await posted).toMatchObject({ status: 404 });
    });
  });

  describe('the GET stream', () => {
    it('gets what belongs to no request, also what was sent before it was opened', async () => {
      await start();
      const client = await HttpWireClient.connect(url);
      running.sessions.broadcast('notifications/one');
      const stream = await client.open();
      expect(stream.response.statusCode).toBe(200);
      expect(await stream.message()).toMatchObject({ method: 'notifications/one' });
      running.sessions.broadcast('notifications/two', { n: 2 });
      expect(await stream.message()).toEqual({
        jsonrpc: '2.0',
        method: 'notifications/two',
        params: { n: 2 },
      });
      stream.close();
    });

    it('gets nothing that belongs to a request', async () => {
      await start();
      const client = await HttpWireClient.connect(url);
      const stream = await client.open();
      const posting = client.streamTool('a', 'perform');
      const { context, resolve } = await stage.next();
      context.log.info('of the request');
      resolve('done');
      await (await posting).answer('a');
      running.sessions.broadcast('notifications/marker');
      expect(await stream.message()).toMatchObject({ method: 'notifications/marker' });
      stream.close();
    });

    it('takes the place of the one that the client had', async () => {
      await start();
      const client = await HttpWireClient.connect(url);
      const first = await client.open();
      const second = await client.open();
      await first.end();
      running.sessions.broadcast('notifications/marker');
      expect(await second.message()).toMatchObject({ method: 'notifications/marker' });
      second.close();
    });
  });

  describe('MCP-Protocol-Version', () => {
    it('may be any revision that is served, or absent', async () => {
      await start();
      const { sessionId } = await HttpWireClient.connect(url);
      const client = new HttpWireClient(url, { 'mcp-session-id': sessionId });
      expect(await client.post(PING)).toMatchObject({ status: 200 });
      for (const version of ['2025-03-26', '2025-06-18', '2025-11-25'])
        expect(await client.post(PING, { 'mcp-protocol-version': version })).toMatchObject({ status: 200 });
    });

    it('that is not served is 400 on every method', async () => {
      await start();
      const client = await HttpWireClient.connect(url);
      const headers = { 'mcp-protocol-version': '1999-01-01' };
      const { status, body } = await client.post(PING, headers);
      expect(status).toBe(400);
      expect(JSON.parse(body)).toMatchObject({ error: { message: expect.stringContaining('1999-01-01') } });
      expect((await client.open(undefined, headers)).response.statusCode).toBe(400);
      expect(await client.delete(headers)).toMatchObject({ status: 400 });
      expect(await client.post(PING)).toMatchObject({ status: 200 });
    });
  });

  describe('a batch', () => {
    const BATCH = [PING, { jsonrpc: '2.0', method: 'notifications/unknown' }, GREET];

    it('is answered as one on 2025-03-26', async () => {
      await start();
      const client = await HttpWireClient.connect(url, { version: '2025-03-26' });
      const { status, body } = await client.post(BATCH);
      expect(status).toBe(200);
      const answers = JSON.parse(body) as { id: number }[];
      expect(answers.toSorted((a, b) => a.id - b.id)).toEqual([
        { jsonrpc: '2.0', id: 1, result: {} },
        GREETED,
      ]);
      const notifications = [{ jsonrpc: '2.0', method: 'notifications/unknown' }];
      expect(await client.post(notifications)).toMatchObject({ status: 202 });
    });

    it('is a stream with an event for each answer when one takes its time', async () => {
      await start({ http: { upgradeMs: 20 } });
      const client = await HttpWireClient.connect(url, { version: '2025-03-26' });
      const stream = await client.postForStream([PING, rpc(3, 'tools/call', { name: 'perform' })]);
      expect(await stream.message()).toEqual({ jsonrpc: '2.0', id: 1, result: {} });
      (await stage.next()).resolve('done');
      expect(await stream.message()).toMatchObject({ id: 3, result: { content: [{ text: 'done' }] } });
      await stream.end();
    });

    it('is refused whole when two of its ids are the same, or it is empty', async () => {
      await start();
      const client = await HttpWireClient.connect(url, { version: '2025-03-26' });
      expect(await client.post([PING, PING])).toMatchObject({ status: 400 });
      expect(await client.post([])).toMatchObject({ status: 400 });
      expect(running.sessions.get(client.sessionId)!.inFlight).toBe(0);
    });

    it('is refused on every other revision', async () => {
      await start();
      for (const version of ['2025-06-18', '2025-11-25']) {
        const client = await HttpWireClient.connect(url, { version });
        expect(await client.post(BATCH)).toMatchObject({
          status: 400,
          body: expect.stringContaining('batches'),
        });
      }
    });
  });

  describe('without sessions', () => {
    const http = { stateless: true };
    const headers = { 'mcp-protocol-version': '2025-11-25' };

    it('answers each POST for itself', async () => {
      await start({ http });
      const client = new HttpWireClient(url, headers);
      const initialized = await client.post(
        rpc(1, 'initialize', {
          protocolVersion: '2025-11-25',
          capabilities: {},
          clientInfo: { name: 'wire', version: '1' },
        }),
      );
      expect(initialized.status).toBe(200);
      expect(initialized.headers['mcp-session-id']).toBeUndefined();
      expect(JSON.parse((await client.post(GREET)).body)).toEqual(GREETED);
      expect(await client.post({ jsonrpc: '2.0', method: 'notifications/initialized' })).toMatchObject({
        status: 202,
      });
    });

    it('serves the SDK client', async () => {
      await start({ http });
      const client = await connectSdkHttpClient(url);
      expect(await client.callTool({ name: 'greet', arguments: { name: 'Ada' } })).toMatchObject(
        GREETED.result,
      );
      await client.close();
    });

    it('streams what comes before the answer', async () => {
      await start({ http });
      const client = new HttpWireClient(url, headers);
      const opening = client.streamTool('a', 'perform');
      const { context, resolve } = await stage.next();
      context.log.info('working');
      const stream = await opening;
      resolve('done');
      expect(await stream.message()).toMatchObject({ method: 'notifications/message' });
      expect(await stream.message()).toMatchObject({ id: 'a' });
      await stream.end();
      // Without a session there is nothing to come back to.
      expect(stream.events.every(({ data }) => data !== '')).toBe(true);
    });

    it('keeps no session, not even of a refused message', async () => {
      await start({ http });
      const client = new HttpWireClient(url);
      const closed = new Promise<void>((resolve) => {
        running.sessions.events$.subscribe(({ type }) => type === 'closed' && resolve());
      });
      await client.post(GREET);
      await closed;
      expect(await client.post([PING, PING])).toMatchObject({ status: 400 });
      expect(running.sessions.sessions).toEqual([]);
    });

    it('refuses GET and DELETE', async () => {
      await start({ http });
      const client = new HttpWireClient(url, headers);
      const { response } = await client.open();
      expect(response.statusCode).toBe(405);
      expect(response.headers['allow']).toBe('POST');
      expect(await client.delete()).toMatchObject({ status: 405, headers: { allow: 'POST' } });
    });
  });

  describe('for an HTTP+SSE client on the same URL', () => {
    it('names itself as the endpoint', async () => {
      await start();
      const client = await WireClient.connect(url);
      expect(await client.endpoint()).toBe(`${url}?sessionId=${await client.sessionId()}`);
      await client.initialize();
      expect(await client.callTool(1, 'greet', { name: 'Ada' })).toMatchObject({ result: GREETED.result });
      expect(running.sessions.sessions).toMatchObject([{ transport: 'sse', attached: true }]);
      client.close();
    });

    it('does so although the client names a revision', async () => {
      await start();
      const client = await WireClient.connect(url, { 'mcp-protocol-version': '2025-11-25' });
      expect(await client.post(PING)).toMatchObject({ status: 202 });
      client.close();
    });
  });

  it('has no routes when it is turned off, and HTTP+SSE has its own still', async () => {
    await start({ http: false });
    const client = new HttpWireClient(url);
    expect(await client.post(PING)).toMatchObject({ status: 404 });
    expect((await client.open()).response.statusCode).toBe(404);
    expect(await client.delete()).toMatchObject({ status: 404 });
    const legacy = await WireClient.connect(`${running.url}/sse`);
    expect(await legacy.call(1, 'ping')).toMatchObject({ result: {} });
    legacy.close();
  });
});
