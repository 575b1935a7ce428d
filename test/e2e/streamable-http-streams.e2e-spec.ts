import { once } from 'node:events';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { LoggingMessageNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import type { McpSseModuleOptions } from 'nestjs-mcp-sse';
import { HttpWireClient } from '../clients/http-wire-client.js';
import { connectSdkHttpClient } from '../clients/sdk-client.js';
import type { WireClient } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { carried, rawRequest, socketOf, Stage, type Act } from '../fixtures/stage.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describeOnAdapters('the streams of Streamable HTTP', (adapter) => {
  let running: RunningApp;
  let url: string;
  let stage: Stage;

  async function start(options: Partial<McpSseModuleOptions> = {}): Promise<void> {
    running = await startApp({ adapter, providers: [Stage], options });
    url = `${running.url}/mcp`;
    stage = running.app.get(Stage);
  }

  afterEach(() => running.close());

  /** Resolves when the server knows that the client is gone. */
  async function lose(stream: WireClient, act: Act): Promise<void> {
    const closed = once(socketOf(act), 'close');
    stream.close();
    await closed;
    await nextTurn();
  }

  describe('that a client lost', () => {
    it('give it the rest, once and in order', async () => {
      await start();
      const client = await HttpWireClient.connect(url);
      const [stream, act] = await stage.stream(client);
      const lastId = stream.events.at(-1)!.id;
      await lose(stream, act);
      act.context.log.info(1);
      act.context.log.info(2);
      const resumed = await client.open(lastId);
      expect(resumed.response.statusCode).toBe(200);
      expect(await resumed.message()).toMatchObject({ params: { data: 1 } });
      act.context.log.info(3);
      act.resolve('done');
      expect(await carried(resumed)).toEqual([1, 2, 3, 'done']);
    });

    it('give it the sent events that it has not seen', async () => {
      await start();
      const client = await HttpWireClient.connect(url);
      const [stream, act] = await stage.stream(client);
      const [primer] = stream.events;
      act.context.log.info(1);
      act.resolve('done');
      await stream.end();
      expect(await carried(await client.open(primer!.id))).toEqual([0, 1, 'done']);
      expect(await carried(await client.open(primer!.id))).toEqual([0, 1, 'done']);
    });

    it('repeat nothing, however often they are lost', async () => {
      await start();
      const client = await HttpWireClient.connect(url);
      const [stream, act] = await stage.stream(client);
      const [primer] = stream.events;
      await lose(stream, act);
      act.context.log.info(1);
      // Each time the client has read one more event when its connection breaks.
      let lastId = primer!.id;
      for (const expected of [0, 1]) {
        const resumed = await client.open(lastId);
        const { id, data } = await resumed.next(({ event }) => event === 'message');
        expect(JSON.parse(data!)).toMatchObject({ params: { data: expected } });
        lastId = id;
        resumed.close();
      }
      const last = await client.open(lastId);
      act.resolve('done');
      expect(await carried(last)).toEqual(['done']);
    });

    it('are taken over from a connection that only seems open', async () => {
      await start();
      const client = await HttpWireClient.connect(url);
      const [stream, act] = await stage.stream(client);
      const resumed = await client.open(stream.events[0]!.id);
      await stream.end();
      act.resolve('done');
      expect(await carried(resumed)).toEqual([0, 'done']);
    });

    it('go on for the GET stream as well', async () => {
      await start();
      const client = await HttpWireClient.connect(url);
      const stream = await client.open();
      running.sessions.broadcast('notifications/message', { data: 1 });
      const { id } = await stream.next(({ event }) => event === 'message');
      running.sessions.broadcast('notifications/message', { data: 2 });
      await stream.message();
      stream.close();
      running.sessions.broadcast('notifications/message', { data: 3 });
      const resumed = await client.open(id);
      expect(await resumed.message()).toMatchObject({ params: { data: 2 } });
      expect(await resumed.message()).toMatchObject({ params: { data: 3 } });
      resumed.close();
    });

    it.each<[string, (stream: WireClient, act: Act) => Promise<void>]>([
      ['by a broken connection', lose],
      [
        'by the server that closed it',
        (stream, { context }) => {
          context.closeStream();
          return stream.end();
        },
      ],
    ])('%s, leave the session its whole grace period', async (_how, lost) => {
      const graceMs = 60_000;
      await start({ http: { graceMs } });
      const client = await HttpWireClient.connect(url);
      const [stream, act] = await stage.stream(client);
      const now = Date.now() + 10 * graceMs;
      const clock = jest.spyOn(Date, 'now').mockReturnValue(now);
      try {
        await lost(stream, act);
        running.sessions.sweep(now + graceMs - 1);
        expect(running.sessions.sessions).toHaveLength(1);
        running.sessions.sweep(now + graceMs);
        expect(running.sessions.sessions).toEqual([]);
      } finally {
        clock.mockRestore();
      }
    });

    it('are refused under an id that is unknown or of another session', async () => {
      await start();
      const client = await HttpWireClient.connect(url);
      const other = await HttpWireClient.connect(url);
      const [stream, { resolve }] = await stage.stream(other);
      for (const id of ['x', `${client.sessionId}.9.1`, `${client.sessionId}.1.1`, stream.events[0]!.id])
        expect((await client.open(id)).response.statusCode).toBe(400);
      resolve('done');
      expect(await carried(stream)).toEqual([0, 'done']);
    });

    it('are kept while their request is in flight, and the newest ones for a while after', async () => {
      await start();
      const client = await HttpWireClient.connect(url);
      const [stream, act] = await stage.stream(client, 'first');
      await lose(stream, act);
      const primers: string[] = [];
      for (let id = 0; id < 40; id++) {
        const [answered, { resolve }] = await stage.stream(client, id);
        resolve(id);
        await answered.end();
        primers.push(answered.events[0]!.id!);
      }
      expect((await client.open(primers[0])).response.statusCode).toBe(400);
      expect(await carried(await client.open(primers.at(-1)))).toEqual([0, '39']);
      const resumed = await client.open(stream.events[0]!.id);
      act.resolve('done');
      expect(await carried(resumed)).toEqual([0, 'done']);
    });

    it('are resumed by the SDK client, which gets its result', async () => {
      await start({ http: { retryMs: 10 } });
      const client = await connectSdkHttpClient(url);
      const logged: unknown[] = [];
      let wake: () => void = () => undefined;
      client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => {
        logged.push(params.data);
        wake();
      });
      const heard = new Promise<void>((resolve) => (wake = resolve));
      const call = client.callTool({ name: 'perform' });
      const { context, resolve } = await stage.next();
      context.log.info(0);
      await heard;
      rawRequest(context).socket.destroy();
      context.log.info(1);
      resolve('done');
      expect(await call).toMatchObject({ content: [{ text: 'done' }] });
      expect(logged).toEqual([0, 1]);
      await client.close();
    });
  });

  describe('that the server closes', () => {
    it('are polled for the rest', async () => {
      await start();
      const client = await HttpWireClient.connect(url);
      const opening = client.streamTool('a', 'perform');
      const { context, resolve } = await stage.next();
      context.closeStream(50);
      const stream = await opening;
      await stream.end();
      expect(stream.events).toMatchObject([{ data: '' }, { data: '', retry: '50' }]);
      expect(running.sessions.get(client.sessionId)!.inFlight).toBe(1);
      context.log.info(1);
      const polled = await client.open(stream.events.at(-1)!.id);
      await polled.message();
      context.closeStream();
      await polled.end();
      resolve('done');
      expect(await carried(await client.open(polled.events.at(-1)!.id))).toEqual(['done']);
    });

    it('tell the client when to reconnect, by the option or by the tool', async () => {
      await start({ http: { retryMs: 1234 } });
      const client = await HttpWireClient.connect(url);
      const [stream, { context, resolve }] = await stage.stream(client);
      context.closeStream();
      await stream.end();
      expect(stream.events.at(-1)).toMatchObject({ data: '', retry: '1234' });
      const polled = await client.open(stream.events.at(-1)!.id);
      context.log.info(1);
      await polled.message();
      context.closeStream(50);
      await polled.end();
      expect(polled.events.at(-1)).toMatchObject({ data: '', retry: '50' });
      resolve('done');
      expect(await carried(await client.open(polled.events.at(-1)!.id))).toEqual(['done']);
    });

    it('are polled by the SDK client', async () => {
      await start();
      const client = await connectSdkHttpClient(url);
      const call = client.callTool({ name: 'perform' });
      const { context, resolve } = await stage.next();
      context.closeStream(10);
      await nextTurn();
      resolve('done');
      expect(await call).toMatchObject({ content: [{ text: 'done' }] });
      await client.close();
    });

    it('stay open for clients that cannot resume them', async () => {
      await start();
      const client = await HttpWireClient.connect(url, { version: '2025-06-18' });
      const [stream, { context, resolve }] = await stage.stream(client);
      context.closeStream(10);
      resolve('done');
      expect(await carried(stream)).toEqual([0, 'done']);
    });
  });
});
