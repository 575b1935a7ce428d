import { afterEach, describe, expect, it } from '@jest/globals';
import type { McpSseModuleOptions } from 'nestjs-mcp-sse';
import { HttpWireClient, rpc } from '../clients/http-wire-client.js';
import { connectSdkHttpClient } from '../clients/sdk-client.js';
import { send, WireClient } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { Stage } from '../fixtures/stage.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';
import { Greeter, PING, GREET, GREETED } from '../fixtures/greeter.js';

describeOnAdapters('the sessions of Streamable HTTP', (adapter) => {
  let running: RunningApp;
  let url: string;
  let stage: Stage;

  async function start(options: Partial<McpSseModuleOptions> = {}): Promise<void> {
    running = await startApp({ adapter, providers: [Greeter, Stage], options });
    url = `${running.url}/mcp`;
    stage = running.app.get(Stage);
  }

  afterEach(() => running.close());

  describe('a session', () => {
    it('is named by the answer to initialize, and required from then on', async () => {
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

    it('that is unknown gets 404 on every request', async () => {
      await start();
      const client = new HttpWireClient(url, { 'mcp-session-id': 'AAAAAAAAAAAAAAAAAAAAAA' });
      const { status, body } = await client.post(PING);
      expect(status).toBe(404);
      expect(JSON.parse(body)).toMatchObject({ id: (PING as { id: number }).id, error: { code: -32001 } });
      expect(await client.delete()).toMatchObject({ status: 404 });
      expect((await client.open()).response.statusCode).toBe(404);
    });

    it('of another principal is answered like an unknown one', async () => {
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

    it('ends with DELETE: its requests are answered, its streams end, and its id is unknown', async () => {
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
    it('gets messages that belong to no request, also those sent before it was opened', async () => {
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

    it('gets no messages of requests', async () => {
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

    it('replaces the stream that the client had', async () => {
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
    it('may be any supported revision, or absent', async () => {
      await start();
      const { sessionId } = await HttpWireClient.connect(url);
      const client = new HttpWireClient(url, { 'mcp-session-id': sessionId });
      expect(await client.post(PING)).toMatchObject({ status: 200 });
      for (const version of ['2025-03-26', '2025-06-18', '2025-11-25'])
        expect(await client.post(PING, { 'mcp-protocol-version': version })).toMatchObject({ status: 200 });
    });

    it('that is unsupported gets 400 on every method', async () => {
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

    it('streams messages before the answer', async () => {
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

    it('names it even if the client names a revision', async () => {
      await start();
      const client = await WireClient.connect(url, { 'mcp-protocol-version': '2025-11-25' });
      expect(await client.post(PING)).toMatchObject({ status: 202 });
      client.close();
    });
  });
});
