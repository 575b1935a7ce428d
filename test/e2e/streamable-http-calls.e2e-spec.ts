import { once } from 'node:events';
import { request } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it } from '@jest/globals';
import { CreateMessageRequestSchema, ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import type { McpSseModuleOptions } from 'nestjs-mcp-sse';
import { HttpWireClient, rpc } from '../clients/http-wire-client.js';
import { connectSdkHttpClient } from '../clients/sdk-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { carried, rawRequest, socketOf, Stage } from '../fixtures/stage.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';

const SAMPLING = { messages: [], maxTokens: 1 };
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describeOnAdapters('calls over Streamable HTTP', (adapter) => {
  let running: RunningApp;
  let url: string;
  let stage: Stage;

  async function start(options: Partial<McpSseModuleOptions> = {}): Promise<void> {
    running = await startApp({ adapter, providers: [Stage], options });
    url = `${running.url}/mcp`;
    stage = running.app.get(Stage);
  }

  afterEach(() => running.close());

  /** Awaits that something the server asks of the client is refused. */
  async function refusal(asked: Promise<unknown>, message: string): Promise<void> {
    await expect(asked).rejects.toThrow(message);
  }

  it('get only the events of their own stream when resumed', async () => {
    await start();
    const client = await HttpWireClient.connect(url);
    const standalone = await client.open();
    const calls = [await stage.stream(client, 'a'), await stage.stream(client, 'b')];
    running.sessions.broadcast('notifications/message', { level: 'info', data: 'of no call' });
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

  describe('that are cancelled', () => {
    it('end their stream without an answer, and free their id, even 0', async () => {
      await start();
      const client = await HttpWireClient.connect(url);
      const [stream, { context, resolve }] = await stage.stream(client, 0);
      await client.cancel(0);
      await stream.end();
      expect(context.signal.aborted).toBe(true);
      expect(running.sessions.get(client.sessionId)!.inFlight).toBe(0);
      resolve('too late');
      context.log.info('too late');
      expect(await carried(stream)).toEqual([0]);
      // A client that takes this for a loss is told not to try again.
      expect((await client.open(stream.events.at(-1)!.id)).response.statusCode).toBe(400);
      expect(await client.call(0, 'ping')).toMatchObject({ id: 0, result: {} });
    });

    it('have an empty stream when nothing was sent', async () => {
      await start();
      const client = await HttpWireClient.connect(url);
      const posted = client.post(rpc('a', 'tools/call', { name: 'perform' }));
      await stage.next();
      await client.cancel('a');
      expect(await posted).toMatchObject({
        status: 200,
        headers: { 'content-type': 'text/event-stream' },
        body: '',
      });
    });

    it('are left out of the answers to a batch', async () => {
      await start();
      const client = await HttpWireClient.connect(url, { version: '2025-03-26' });
      const posted = client.post([rpc(1, 'ping'), rpc(2, 'tools/call', { name: 'perform' })]);
      await stage.next();
      await client.cancel(2);
      expect(JSON.parse((await posted).body)).toEqual([{ jsonrpc: '2.0', id: 1, result: {} }]);
    });

    it("cancel the server's requests to the client too", async () => {
      await start();
      const client = await HttpWireClient.connect(url, { capabilities: { sampling: {} } });
      const opening = client.streamTool('a', 'perform');
      const { context } = await stage.next();
      const sampled = refusal(context.sample(SAMPLING), 'the request that it was made for ended');
      const stream = await opening;
      const { id } = await stream.message();
      await client.cancel('a');
      await sampled;
      expect(await stream.message()).toMatchObject({
        method: 'notifications/cancelled',
        params: { requestId: id },
      });
      await stream.end();
      expect(await client.post({ jsonrpc: '2.0', id, result: {} })).toMatchObject({ status: 202 });
    });
  });

  describe('that ask the client for something', () => {
    it('ask on their stream, get the answer by a separate POST, and continue', async () => {
      await start();
      const client = await HttpWireClient.connect(url, { capabilities: { roots: {} } });
      const standalone = await client.open();
      const opening = client.streamTool('a', 'perform');
      const { context, resolve } = await stage.next();
      const listed = context.listRoots();
      const stream = await opening;
      const { id, method } = await stream.message();
      expect(method).toBe('roots/list');
      const roots = [{ uri: 'file:///work' }];
      expect(await client.post({ jsonrpc: '2.0', id, result: { roots } })).toMatchObject({ status: 202 });
      expect(await listed).toEqual(roots);
      resolve('done');
      expect(await stream.answer('a')).toMatchObject({ result: { content: [{ text: 'done' }] } });
      expect(standalone.events.filter(({ event }) => event === 'message')).toEqual([]);
      standalone.close();
    });

    it('get an error that tells what was wrong with the answer', async () => {
      await start();
      const client = await HttpWireClient.connect(url, { capabilities: { sampling: {}, elicitation: {} } });
      const opening = client.streamTool('a', 'perform');
      const { context } = await stage.next();
      const sampled = refusal(context.sample(SAMPLING), 'The client answered with an error: user said no');
      const stream = await opening;
      const { id } = await stream.message();
      await client.post({ jsonrpc: '2.0', id, error: { code: -1, message: 'user said no' } });
      await sampled;
      const form = { message: 'Who?', requestedSchema: { type: 'object' as const, properties: {} } };
      const elicited = refusal(
        context.elicit(form),
        'answer to elicitation/create does not have the shape that the protocol demands',
      );
      const second = await stream.message();
      await client.post({ jsonrpc: '2.0', id: second['id'], result: { action: 'shrug' } });
      await elicited;
      const page = { mode: 'url', message: 'Pay', url: 'https://pay.example', elicitationId: '1' } as const;
      await expect(context.elicit(page)).rejects.toThrow(/did not declare .*"elicitation.url"/);
      stream.close();
    });

    it('stop asking when the session ends', async () => {
      await start();
      const client = await HttpWireClient.connect(url, { capabilities: { sampling: {} } });
      const opening = client.streamTool('a', 'perform');
      const { context } = await stage.next();
      const sampled = refusal(context.sample(SAMPLING), 'the request that it was made for ended');
      const stream = await opening;
      await stream.message();
      await client.delete();
      await sampled;
      expect(await stream.answer('a')).toMatchObject({ error: { code: -32000 } });
      await stream.end();
    });

    it('serve the SDK client over many calls at a time', async () => {
      await start();
      const client = await connectSdkHttpClient(url, { sampling: {}, elicitation: {} }, (unconnected) => {
        unconnected.setRequestHandler(CreateMessageRequestSchema, ({ params }) => ({
          role: 'assistant',
          model: 'test',
          content: { type: 'text', text: String(params.maxTokens) },
        }));
        unconnected.setRequestHandler(ElicitRequestSchema, () => ({ action: 'decline' }));
      });
      const calls = Array.from({ length: 20 }, () => client.callTool({ name: 'perform' }));
      for (let index = 0; index < calls.length; index++) {
        const { context, resolve, reject } = await stage.next();
        const asked = Promise.all([
          context.sample({ messages: [], maxTokens: index }),
          context.elicit({ message: 'Sure?', requestedSchema: { type: 'object', properties: {} } }),
        ]);
        asked.then(([{ content }, { action }]) => resolve({ content, action, index }), reject);
      }
      const results = await Promise.all(calls);
      expect(results.map(({ structuredContent }) => structuredContent)).toEqual(
        expect.arrayContaining(
          Array.from({ length: 20 }, (_, index) => ({
            content: { type: 'text', text: String(index) },
            action: 'decline',
            index,
          })),
        ),
      );
      await client.close();
    });
  });

  describe('leave nothing behind', () => {
    /** Of the requests, how many are still in memory. */
    async function remaining(requests: readonly WeakRef<object>[]): Promise<number> {
      setFlagsFromString('--expose-gc');
      const collect = runInNewContext('gc') as () => void;
      for (let round = 0; round < 5; round++) {
        await nextTurn();
        collect();
      }
      return requests.filter((reference) => reference.deref()).length;
    }

    it('of requests that were cancelled', async () => {
      await start({ http: { upgradeMs: 5 } });
      const client = await HttpWireClient.connect(url);
      const requests: WeakRef<object>[] = [];
      for (let id = 0; id < 50; id++) {
        const posted = client.post(rpc(id, 'tools/call', { name: 'perform' }));
        requests.push(new WeakRef(rawRequest((await stage.next()).context)));
        await client.cancel(id);
        await posted;
      }
      expect(running.sessions.get(client.sessionId)!.inFlight).toBe(0);
      expect(await remaining(requests)).toBeLessThan(5);
    });

    it('of clients that left, though their requests continue and get their answers', async () => {
      // What nobody can come back for must not count as waiting for a client that reads too slowly.
      await start({ sse: { maxQueuedBytes: 100 } });
      const client = await HttpWireClient.connect(url);
      const headers = {
        ...client.headers,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      };
      const requests: WeakRef<object>[] = [];
      for (let id = 0; id < 20; id++) {
        const leaving = request(url, { method: 'POST', headers });
        leaving.on('error', () => undefined);
        leaving.end(JSON.stringify(rpc(id, 'tools/call', { name: 'perform' })));
        const act = await stage.next();
        requests.push(new WeakRef(rawRequest(act.context)));
        const closed = once(socketOf(act), 'close');
        leaving.destroy();
        await closed;
        expect(act.context.signal.aborted).toBe(false);
        for (let index = 0; index < 3; index++) act.context.log.info('x'.repeat(90));
        act.resolve('nobody reads this');
        await nextTurn();
      }
      expect(running.sessions.get(client.sessionId)!.inFlight).toBe(0);
      expect(await remaining(requests)).toBeLessThan(5);
      expect(await client.call('z', 'ping')).toMatchObject({ result: {} });
    });
  });
});
