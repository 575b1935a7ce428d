import { Agent, request } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { McpSseModuleOptions } from 'nestjs-mcp-sse';
import { HttpWireClient, rpc } from '../clients/http-wire-client.js';
import { connectSdkHttpClient } from '../clients/sdk-client.js';
import { WireClient } from '../clients/wire-client.js';
import { describeOnEveryAdapter } from '../fixtures/adapters.js';
import { Stage } from '../fixtures/stage.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';
import { Greeter, PING, GREET, GREETED } from '../fixtures/greeter.js';

const EVENT_STREAM = /^text\/event-stream/;

describeOnEveryAdapter('Streamable HTTP', (adapter) => {
  let running: RunningApp;
  let url: string;
  let stage: Stage;

  async function start(options: Partial<McpSseModuleOptions> = {}): Promise<void> {
    running = await startApp({ adapter, providers: [Greeter, Stage], options });
    url = `${running.url}/mcp`;
    stage = running.app.get(Stage);
  }

  afterEach(() => running.close());

  it('treats a request without a revision and a session as one of 2025-03-26', async () => {
    await start({ http: { stateless: true } });
    const client = new HttpWireClient(url);
    const batch = [rpc(1, 'ping'), rpc(2, 'ping')];
    const { status, body } = await client.post(batch);
    expect([status, JSON.parse(body)]).toEqual([
      200,
      [1, 2].map((id) => ({ jsonrpc: '2.0', id, result: {} })),
    ]);
    expect(await client.post(batch, { 'mcp-protocol-version': '2025-11-25' })).toMatchObject({ status: 400 });
  });

  it('answers the SDK client', async () => {
    await start();
    const client = await connectSdkHttpClient(url);
    expect(client.getServerVersion()).toEqual({ name: 'test', version: '1.0.0' });
    const result = await client.callTool({ name: 'greet', arguments: { name: 'Ada' } });
    expect(result.content).toEqual([{ type: 'text', text: 'Hello Ada' }]);
    await client.close();
  });

  describe('a stream begins with a priming event', () => {
    it('from 2025-11-25 on, with the configured retry time', async () => {
      await start({ http: { retryMs: 1234 } });
      const client = await HttpWireClient.connect(url);
      const [stream, { resolve }] = await stage.stream(client);
      expect(stream.events[0]).toEqual({
        id: expect.stringContaining(client.sessionId),
        data: '',
        retry: '1234',
      });
      resolve('done');
      await stream.end();
      const standalone = await client.open();
      expect(await standalone.next()).toEqual({
        id: expect.stringContaining(client.sessionId),
        data: '',
      });
      standalone.close();
      const again = await client.open();
      expect(await again.next()).toMatchObject({ data: '' });
      again.close();
    });

    it('not for clients of earlier revisions, which would take it for a message', async () => {
      await start();
      const client = await HttpWireClient.connect(url, { version: '2025-06-18' });
      const [stream, { resolve }] = await stage.stream(client);
      resolve('done');
      await stream.end();
      const standalone = await client.open();
      running.sessions.broadcast('notifications/marker');
      await standalone.message();
      expect([...stream.events, ...standalone.events].map(({ data }) => data)).not.toContain('');
      standalone.close();
    });

    it('never with the id of another event', async () => {
      await start();
      const client = await HttpWireClient.connect(url);
      const calls = await Promise.all([stage.stream(client, 'a'), stage.stream(client, 'b')]);
      calls.forEach(([, { resolve }]) => resolve('done'));
      const standalone = await client.open();
      await standalone.next();
      await Promise.all(calls.map(([stream]) => stream.end()));
      const ids = [standalone, ...calls.map(([stream]) => stream)].flatMap(({ events }) =>
        events.map(({ id }) => id),
      );
      expect(ids).toHaveLength(7);
      expect(new Set(ids).size).toBe(7);
      standalone.close();
    });
  });

  describe('the answer to a POST', () => {
    it('is JSON if only the answer is sent', async () => {
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

    it('is a stream when the answer takes long', async () => {
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

    it('is 400 to a body that is not a message, and 415 to a body that is not JSON', async () => {
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

    it('is a stream with an event for each answer when one takes long', async () => {
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

  it('has no routes when it is turned off, and HTTP+SSE keeps its own', async () => {
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
