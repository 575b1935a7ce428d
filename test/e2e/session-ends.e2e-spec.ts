import { afterEach, expect, it } from '@jest/globals';
import type { McpSseModuleOptions } from 'nestjs-mcp-sse';
import { WireClient } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';
import {
  MIB,
  Work,
  RawClient,
  toolCall,
  postCall,
  isWaiting,
  closing,
  connections,
  until,
} from '../fixtures/session-work.js';

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

  it('end without a message before the deadline; one message keeps them', async () => {
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

  it('outlive their stream by the grace period, then abort running calls', async () => {
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
  ] as const)('are closed once and freed, whatever else ends them too: %s first', async (first, reason) => {
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
  });

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

  it('answer running calls with an error before their stream ends when the application closes', async () => {
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
});
