import { afterEach, expect, it } from '@jest/globals';
import { once } from 'node:events';
import type { McpSseModuleOptions } from 'nestjs-mcp-sse';
import { send, WireClient, type WireResponse } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { leastGrowth } from '../fixtures/heap-used.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';
import { UserGuard } from '../fixtures/user.guard.js';
import {
  CHUNK,
  MIB,
  Work,
  RawClient,
  toolCall,
  postCall,
  isWaiting,
  closing,
  connections,
  closings,
  until,
} from '../fixtures/session-work.js';

const CLIENTS = 100;
/** In four rounds: one kilobyte kept of each client would be 0.4 MB. */
const MAX_GROWTH = 0.3 * MIB;

async function fourTimes(round: () => Promise<void>): Promise<void> {
  for (let count = 0; count < 4; count++) await round();
}

function refusal({ status, headers, body }: WireResponse): object {
  return {
    status,
    type: headers['content-type'],
    retryAfter: headers['retry-after'],
    body: JSON.parse(body) as unknown,
  };
}

function refusedForNow(status: number, id: unknown = null): object {
  return {
    status,
    type: expect.stringMatching(/^application\/json\b/),
    retryAfter: expect.stringMatching(/^[1-9]\d*$/),
    body: { jsonrpc: '2.0', error: { code: -32000, message: expect.stringMatching(/./) }, id },
  };
}

describeOnAdapters('sessions', (adapter) => {
  let running: RunningApp;

  const start = async (options: Partial<McpSseModuleOptions> = {}) => {
    running = await startApp({ adapter, providers: [Work], options });
    return `${running.url}/sse`;
  };
  const work = () => running.app.get(Work);

  afterEach(() => running.close());

  it('are limited in number; more get 503 until one ends', async () => {
    const url = await start({ limits: { maxSessions: 2 } });
    const first = await WireClient.connect(url);
    const second = await WireClient.connect(url);
    const opened: string[] = [];
    running.sessions.events$.subscribe(({ type }) => opened.push(type));
    expect(refusal(await send(url, { method: 'GET' }))).toEqual(refusedForNow(503));
    expect(running.sessions.sessions).toHaveLength(2);
    expect(opened).toEqual([]);
    expect((await send(url, { method: 'HEAD' })).status).toBe(200);
    expect(await second.callTool(1, 'hello')).toHaveProperty('result');

    const gone = closing(running);
    first.close();
    await gone;
    const third = await WireClient.connect(url);
    expect(await third.callTool(1, 'hello')).toHaveProperty('result');
    second.close();
    third.close();
  });

  it('are limited per principal, and the anonymous one is exempt', async () => {
    const url = await start({ guards: [UserGuard], limits: { maxSessionsPerPrincipal: 2 } });
    const open = (user?: string) => WireClient.connect(url, user === undefined ? {} : { 'x-user': user });
    const refused = async (user: string) =>
      refusal(await send(url, { method: 'GET', headers: { 'x-user': user } }));
    const ada = await open('ada');
    await open('ada');
    expect(await refused('ada')).toEqual(refusedForNow(503));
    await open('bob');
    await open('acme/ada');
    for (let count = 0; count < 4; count++) await open();
    expect(running.sessions.sessions).toHaveLength(8);
    await open('bob');
    expect(await refused('bob')).toEqual(refusedForNow(503));

    const gone = closing(running);
    ada.close();
    await gone;
    await open('ada');
    expect(await refused('ada')).toEqual(refusedForNow(503));
  });

  it('are limited in calls in flight; more get 429 until one is answered', async () => {
    const url = await start({ limits: { maxInFlight: 2 } });
    const client = await WireClient.connect(url);
    for (const id of [1, 2]) {
      await client.post(toolCall(id, 'wait'));
      await client.next(isWaiting);
    }
    expect(refusal(await client.post(toolCall(3, 'hello')))).toEqual(refusedForNow(429, 3));
    const other = await WireClient.connect(url);
    expect(await other.callTool(3, 'hello')).toHaveProperty('result');

    const cancelled = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } };
    expect((await client.post(cancelled)).status).toBe(202);
    expect(await client.callTool(4, 'hello')).toHaveProperty('result');
    work().release();
    expect(await client.answer(2)).toHaveProperty('result');
    expect(await client.callTool(5, 'hello')).toHaveProperty('result');
    const ids = client.events
      .filter(({ event }) => event === 'message')
      .map(({ data }) => JSON.parse(data!).id);
    expect(ids.filter((id) => id !== undefined)).toEqual([4, 2, 5]);
    client.close();
    other.close();
  });

  it('end when their client does not read, with bounded memory, and the others do not notice', async () => {
    const url = await start({ sse: { maxQueuedBytes: 200_000 }, replay: { maxBytes: 400_000 } });
    const other = await WireClient.connect(url);
    const slow = await RawClient.open(running.port);
    const reason = closing(running);
    slow.socket.pause();
    const socketClosed = once(
      slow.socket.on('error', () => undefined),
      'close',
    );
    await postCall(running, slow, 'flood');
    expect(await other.callTool(1, 'hello')).toHaveProperty('result');
    expect(await reason).toBe('slow-client');
    expect(running.sessions.get(slow.sessionId)).toBeUndefined();
    // What the kernel's buffers of both ends took, and the queue.
    expect(work().floodedBytes).toBeLessThan(32 * MIB);
    expect(await other.callTool(2, 'hello')).toHaveProperty('result');
    slow.socket.resume();
    await socketClosed;
    other.close();
  });

  it('are not ended when much is sent to a client that reads', async () => {
    const url = await start({ sse: { maxQueuedBytes: 200_000 } });
    const client = await WireClient.connect(url);
    await client.post(toolCall(1, 'flood'));
    await until(() => work().floodedBytes > 30_000_000);
    const cancelled = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } };
    await client.post(cancelled);
    expect(await client.callTool(2, 'hello')).toHaveProperty('result');
    const received = client.events.filter(({ data }) => data?.includes(CHUNK)).length * CHUNK.length;
    expect(received).toBe(work().floodedBytes);
    client.close();
  });

  it('return to zero after clients that send nothing and leave, and the heap stays flat', async () => {
    await start();
    const round = async () => {
      const clients = await Promise.all(Array.from({ length: CLIENTS }, () => RawClient.open(running.port)));
      expect(running.sessions.sessions).toHaveLength(CLIENTS);
      const reasons = closings(running, CLIENTS);
      clients.forEach((client, index) => client.leave(index % 2 === 0 ? 'FIN' : 'RST'));
      expect(new Set(await reasons)).toEqual(new Set(['client-disconnected']));
      await until(async () => (await connections(running)) === 0);
      expect(running.sessions.sessions).toEqual([]);
    };
    expect(await leastGrowth(MAX_GROWTH, () => fourTimes(round))).toBeLessThan(MAX_GROWTH);
  });

  it('keep no memory of clients that have called a tool, once the grace period is over', async () => {
    await start({ sse: { graceMs: 20 } });
    const round = async () => {
      const reasons = closings(running, CLIENTS);
      await Promise.all(
        Array.from({ length: CLIENTS }, async (_, index) => {
          const client = await RawClient.open(running.port);
          const answered = once(client.socket, 'data');
          await postCall(running, client, 'hello');
          await answered;
          client.leave(index % 2 === 0 ? 'FIN' : 'RST');
        }),
      );
      expect(new Set(await reasons)).toEqual(new Set(['grace-expired']));
      await until(async () => (await connections(running)) === 0);
      expect(running.sessions.sessions).toEqual([]);
    };
    expect(await leastGrowth(MAX_GROWTH, () => fourTimes(round))).toBeLessThan(MAX_GROWTH);
  });
});
