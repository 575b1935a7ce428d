import { afterEach, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect, type Server, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { filter, firstValueFrom, map, take, toArray } from 'rxjs';
import { McpContext, McpTool, type McpSseModuleOptions } from 'nestjs-mcp-sse';
import { send, WireClient, type WireResponse } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';

const CHUNK = 'x'.repeat(10_000);
const MIB = 1024 * 1024;

@Injectable()
class Work {
  private readonly waiting: (() => void)[] = [];
  /** Why the calls were aborted. */
  readonly aborts: string[] = [];
  floodedBytes = 0;

  @McpTool()
  hello(): string {
    return 'hello';
  }

  @McpTool()
  async wait(ctx: McpContext): Promise<string> {
    const released = new Promise<void>((resolve) => this.waiting.push(resolve));
    ctx.signal.addEventListener('abort', () => this.aborts.push((ctx.signal.reason as Error).message));
    ctx.log.info('waiting');
    await released;
    return 'done';
  }

  /** Speaks until nobody listens, or for 400 MB. */
  @McpTool()
  async flood(ctx: McpContext): Promise<string> {
    this.floodedBytes = 0;
    while (!ctx.signal.aborted && this.floodedBytes < 400_000_000) {
      ctx.log.info(CHUNK);
      this.floodedBytes += CHUNK.length;
      await setImmediate();
    }
    return 'flooded';
  }

  /** More than the socket's buffers hold, then silence. */
  @McpTool()
  fill(ctx: McpContext): Promise<string> {
    for (let bytes = 0; bytes < 24 * MIB; bytes += CHUNK.length) ctx.log.info(CHUNK);
    return new Promise(() => undefined);
  }

  release(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}

/** A guard as applications have it: whom the header names, `tenant/subject` or `subject`. */
@Injectable()
class UserGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const http: { headers: Record<string, string>; user?: object } = context.switchToHttp().getRequest();
    const [sub, tenant] = (http.headers['x-user'] ?? '').split('/').reverse();
    if (sub) http.user = { sub, tenant };
    return true;
  }
}

/** A client of TCP alone, that is light enough to have a thousand of. */
class RawClient {
  private constructor(
    readonly socket: Socket,
    readonly sessionId: string,
  ) {}

  static async open(port: number): Promise<RawClient> {
    const socket = connect(port, '127.0.0.1').setEncoding('utf8');
    socket.write('GET /sse HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\n\r\n');
    let received = '';
    for (;;) {
      const [chunk] = (await once(socket, 'data')) as [string];
      received += chunk;
      const sessionId = /sessionId=([\w-]{22})\r?\n/.exec(received)?.[1];
      if (sessionId !== undefined) return new RawClient(socket, sessionId);
    }
  }

  leave(how: 'FIN' | 'RST'): void {
    this.socket.on('error', () => undefined);
    if (how === 'FIN') this.socket.destroy();
    else this.socket.resetAndDestroy();
  }
}

function refusal({ status, headers, body }: WireResponse): object {
  return {
    status,
    type: headers['content-type'],
    retryAfter: headers['retry-after'],
    body: JSON.parse(body) as unknown,
  };
}

function refusedForNow(status: number): object {
  return {
    status,
    type: expect.stringMatching(/^application\/json\b/),
    retryAfter: expect.stringMatching(/^[1-9]\d*$/),
    body: { jsonrpc: '2.0', error: { code: -32000, message: expect.stringMatching(/./) }, id: null },
  };
}

function toolCall(id: unknown, name: string): object {
  return { jsonrpc: '2.0', id, method: 'tools/call', params: { name } };
}

function postCall({ url }: RunningApp, { sessionId }: RawClient, tool: string): Promise<WireResponse> {
  return send(`${url}/messages?sessionId=${sessionId}`, {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(toolCall(1, tool)),
  });
}

function isWaiting({ data }: { data?: string }): boolean {
  return data !== undefined && data.includes('"waiting"');
}

/** Resolves to the reason for which the next session, or a certain one, is closed. */
function closing({ sessions }: RunningApp, id?: string): Promise<string> {
  return firstValueFrom(
    sessions.events$.pipe(
      filter(({ type, session }) => type === 'closed' && (id === undefined || session.id === id)),
      map((event) => (event.type === 'closed' ? event.reason : '')),
    ),
  );
}

/** Resolves to the reasons for which the next so many sessions are closed. */
function closings({ sessions }: RunningApp, count: number): Promise<string[]> {
  return firstValueFrom(
    sessions.events$.pipe(
      filter(({ type }) => type === 'closed'),
      map((event) => (event.type === 'closed' ? event.reason : '')),
      take(count),
      toArray(),
    ),
  );
}

/** For what has no event of its own. */
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await setImmediate();
}

function connections({ app }: RunningApp): Promise<number> {
  const server = app.getHttpServer() as Server;
  return new Promise((resolve, reject) =>
    server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  );
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

async function heapUsed(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    collectGarbage();
    await setImmediate();
  }
  return process.memoryUsage().heapUsed;
}

describeOnAdapters('sessions', (adapter) => {
  let running: RunningApp;
  let isClosed: boolean;

  const start = async (options: Partial<McpSseModuleOptions> = {}) => {
    isClosed = false;
    running = await startApp({ adapter, providers: [Work], options });
    return `${running.url}/sse`;
  };
  const work = () => running.app.get(Work);
  /** A session with a call in flight, and the reasons for which sessions are closed from now on. */
  const openWithCall = async () => {
    const reasons: string[] = [];
    running.sessions.events$.subscribe((event) => {
      if (event.type === 'closed') reasons.push(event.reason);
    });
    const client = await RawClient.open(running.port);
    await postCall(running, client, 'wait');
    return { client, session: running.sessions.get(client.sessionId)!, reasons };
  };
  const closeApp = async () => {
    isClosed = true;
    await running.close();
  };

  afterEach(async () => {
    if (!isClosed) await running.close();
  });

  it('end when no message came before the deadline; one message is enough to stay', async () => {
    const url = await start({ limits: { initMs: 300 } });
    const used = await WireClient.connect(url);
    await used.call(1, 'ping');
    const silent = await WireClient.connect(url);
    const refused = await WireClient.connect(url);
    const reason = closing(running, await silent.sessionId());
    const other = closing(running, await refused.sessionId());
    expect((await refused.post('not a message')).status).toBe(400);
    expect(await reason).toBe('init-timeout');
    expect(await other).toBe('init-timeout');
    await silent.end();
    expect(running.sessions.sessions.map(({ id }) => id)).toEqual([await used.sessionId()]);
    expect(await used.callTool(2, 'hello')).toHaveProperty('result');
    used.close();
  });

  it('end when they are idle for too long, but not while a call runs', async () => {
    const url = await start({ limits: { idleMs: 200 } });
    const busy = await WireClient.connect(url);
    await busy.post(toolCall(1, 'wait'));
    await busy.next(isWaiting);
    const idle = await WireClient.connect(url);
    const reason = closing(running, await idle.sessionId());
    await idle.call(1, 'ping');
    expect(await reason).toBe('idle-timeout');
    await idle.end();
    expect(running.sessions.sessions.map(({ id }) => id)).toEqual([await busy.sessionId()]);
    work().release();
    expect(await busy.answer(1)).toHaveProperty('result');
    busy.close();
  });

  it('outlive their stream by the grace period, then abort what runs', async () => {
    const url = await start({ sse: { graceMs: 200 } });
    const client = await WireClient.connect(url);
    const other = await WireClient.connect(url);
    await other.call(1, 'ping');
    await client.post(toolCall(1, 'wait'));
    await client.next(isWaiting);
    const session = running.sessions.get(await client.sessionId())!;
    const reason = closing(running);
    client.close();
    await until(() => !session.attached);
    expect(running.sessions.get(session.id)).toBe(session);
    expect(session.inFlight).toBe(1);
    expect(work().aborts).toEqual([]);
    expect(await reason).toBe('grace-expired');
    expect(session.inFlight).toBe(0);
    expect(work().aborts).toHaveLength(1);
    expect(running.sessions.sessions.map(({ id }) => id)).toEqual([await other.sessionId()]);
    other.close();
  });

  it.each(['FIN', 'RST'] as const)('end with their stream when no message ever came: %s', async (how) => {
    await start();
    const client = await RawClient.open(running.port);
    const reason = closing(running, client.sessionId);
    client.leave(how);
    expect(await reason).toBe('client-disconnected');
    expect(running.sessions.sessions).toEqual([]);
  });

  it.each([
    ['FIN', 'grace-expired'],
    ['RST', 'grace-expired'],
    ['server', 'server'],
    ['slow-client', 'slow-client'],
  ] as const)(
    'are closed once, with everything freed, whatever else ends them too: %s first',
    async (first, reason) => {
      await start({ sse: { graceMs: 0 }, limits: { maxSessions: 1 } });
      const { client, session, reasons } = await openWithCall();
      const closed = closing(running);
      if (first === 'FIN' || first === 'RST') client.leave(first);
      else running.sessions.close(client.sessionId, first);
      expect(await closed).toBe(reason);

      client.leave('FIN');
      expect(running.sessions.close(client.sessionId)).toBe(false);
      work().release();
      await until(async () => (await connections(running)) === 0);
      expect(session).toMatchObject({ inFlight: 0, attached: false });
      expect(work().aborts).toHaveLength(1);

      const next = await WireClient.connect(`${running.url}/sse`);
      expect(await next.callTool(1, 'hello')).toHaveProperty('result');
      await closeApp();
      expect(reasons).toEqual([reason, 'shutdown']);
    },
  );

  it('are closed once by the application, whatever else ends them too', async () => {
    await start({ sse: { graceMs: 0 } });
    const { client, session, reasons } = await openWithCall();
    await closeApp();
    client.leave('FIN');
    expect(running.sessions.close(client.sessionId)).toBe(false);
    work().release();
    expect(session).toMatchObject({ inFlight: 0, attached: false });
    expect(work().aborts).toHaveLength(1);
    expect(reasons).toEqual(['shutdown']);
  });

  it('answer what runs with an error before their stream ends when the application closes', async () => {
    const url = await start();
    const client = await WireClient.connect(url);
    const silent = await WireClient.connect(url);
    for (const id of [1, 'two']) {
      await client.post(toolCall(id, 'wait'));
      await client.next(isWaiting);
    }
    const started = performance.now();
    const closed = closeApp();
    expect(await client.answer(1)).toMatchObject({ error: { code: -32000 } });
    expect(await client.answer('two')).toMatchObject({ error: { code: -32000 } });
    await Promise.all([client.end(), silent.end(), closed]);
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(work().aborts).toHaveLength(2);
    expect(running.sessions.sessions).toEqual([]);
  });

  it('do not keep the application from closing when their client does not read', async () => {
    await start({ sse: { maxQueuedBytes: 64 * MIB } });
    const client = await RawClient.open(running.port);
    client.socket.pause();
    await postCall(running, client, 'fill');
    const started = performance.now();
    await closeApp();
    expect(performance.now() - started).toBeLessThan(4_000);
    client.leave('FIN');
  });

  it('are as many as their limit says; more get 503 until one ends', async () => {
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

  it('are as many per principal as their limit says, and the anonymous one is exempt', async () => {
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

  it('have as many calls in flight as their limit says; more get 429 until one is answered', async () => {
    const url = await start({ limits: { maxInFlight: 2 } });
    const client = await WireClient.connect(url);
    for (const id of [1, 2]) {
      await client.post(toolCall(id, 'wait'));
      await client.next(isWaiting);
    }
    expect(refusal(await client.post(toolCall(3, 'hello')))).toEqual(refusedForNow(429));
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

  it('return to zero after 1,000 clients that send nothing and leave, and the heap stays flat', async () => {
    await start();
    const round = async () => {
      const clients: RawClient[] = [];
      while (clients.length < 1_000)
        clients.push(...(await Promise.all(Array.from({ length: 100 }, () => RawClient.open(running.port)))));
      expect(running.sessions.sessions).toHaveLength(1_000);
      const reasons = closings(running, 1_000);
      clients.forEach((client, index) => client.leave(index % 2 === 0 ? 'FIN' : 'RST'));
      expect(new Set(await reasons)).toEqual(new Set(['client-disconnected']));
      await until(async () => (await connections(running)) === 0);
      expect(running.sessions.sessions).toEqual([]);
    };
    await round();
    await round();
    const before = await heapUsed();
    await round();
    await round();
    // 2,000 sessions: one kilobyte kept of each would be 2 MB.
    expect((await heapUsed()) - before).toBeLessThan(1.5 * MIB);
  }, 60_000);

  it('keep nothing of 400 clients that have called a tool, once the grace period is over', async () => {
    await start({ sse: { graceMs: 20 } });
    const round = async () => {
      const reasons = closings(running, 400);
      for (let batch = 0; batch < 4; batch++)
        await Promise.all(
          Array.from({ length: 100 }, async (_, index) => {
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
    await round();
    await round();
    const before = await heapUsed();
    await round();
    await round();
    // 800 sessions: one kilobyte kept of each would be 0.8 MB.
    expect((await heapUsed()) - before).toBeLessThan(0.75 * MIB);
  }, 60_000);
});
