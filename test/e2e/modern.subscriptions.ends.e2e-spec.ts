import { afterEach, expect, it } from '@jest/globals';
import { McpRegistry, type McpSseModuleOptions } from 'nestjs-mcp-sse';
import { SessionDrain } from '../../libs/mcp-sse/src/sessions/session-drain.js';
import { StatelessRequests } from '../../libs/mcp-sse/src/stateless/stateless-requests.js';
import { ModernListener } from '../clients/modern-listener.js';
import { modernRpc, postModern, type Message } from '../clients/modern-wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { as, BossPolicy, EVERYTHING, ListenedShop, result } from '../fixtures/listened.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';
import { UserGuard } from '../fixtures/user.guard.js';

describeOnAdapters('a stream of subscriptions/listen', (adapter) => {
  let running: RunningApp;
  const listeners: ModernListener[] = [];

  afterEach(async () => {
    for (const listener of listeners.splice(0)) listener.disconnect();
    await running.close();
  });

  const start = async (options: Partial<McpSseModuleOptions> = {}) => {
    running = await startApp({
      adapter,
      providers: [ListenedShop, BossPolicy],
      options: { auth: 'app', guards: [UserGuard], policy: BossPolicy, ...options },
    });
  };
  const listen = async (...[notifications, options]: [unknown, { headers?: Record<string, string> }?]) => {
    const listener = await ModernListener.acknowledged(running.url, notifications, options ?? as('acme/ada'));
    listeners.push(listener);
    return listener;
  };
  const registry = () => running.app.get(McpRegistry);
  const requests = () => running.app.get(StatelessRequests);

  it('ends with a result when the token expires, when the node is drained, and when it stops', async () => {
    const expiresAt = Date.now() + 1_000;
    await start({
      principal: (request) => ({
        subject: (request as Message)['user'].sub,
        scopes: [],
        roles: [],
        claims: {},
        expiresAt: (request as Message)['user'].sub === 'short' ? expiresAt : undefined,
      }),
    });
    const short = await listen(EVERYTHING, as('short'));
    expect(await short.rest()).toEqual([result()]);
    expect(Date.now()).toBeLessThan(expiresAt + 30_000);
    const drained = await listen(EVERYTHING, as('ada'));
    const settings = { propagationMs: 0, deadlineMs: 30_000 };
    const drain = new SessionDrain(running.sessions, requests(), settings).run(() => undefined);
    expect(await drained.rest()).toEqual([result()]);
    await drain;
    const request = modernRpc(1, 'subscriptions/listen', { notifications: EVERYTHING });
    const refused = await postModern(running.url, request, as('ada').headers);
    expect(refused.status).toBe(503);
  });

  it('ends with a result when the application is closed', async () => {
    await start();
    const listener = await listen(EVERYTHING);
    const [rest] = await Promise.all([listener.rest(), running.close()]);
    expect(rest).toEqual([result()]);
  });

  it('has a limit for each principal and one for all, and a place is free when a client leaves', async () => {
    await start({ limits: { maxSessions: 2, maxSessionsPerPrincipal: 1, maxInFlightPerPrincipal: 1 } });
    const notifications = { toolsListChanged: true, resourceSubscriptions: ['shop://prices'] };
    const request = modernRpc(1, 'subscriptions/listen', { notifications });
    const open = (user: string) => postModern(running.url, request, as(user).headers);
    const first = await listen({ resourceSubscriptions: ['shop://prices'] }, as('ada'));
    const own = await open('ada');
    expect([own.status, await own.json()]).toEqual([
      503,
      expect.objectContaining({
        error: expect.objectContaining({ message: expect.stringContaining('You have 1 subscriptions open') }),
      }),
    ]);
    const greet = modernRpc(1, 'tools/call', { name: 'greet' });
    const call = await postModern(running.url, greet, as('ada').headers);
    expect(call.status).toBe(200);
    await listen(EVERYTHING, as('bob'));
    const full = await open('eve');
    expect([full.status, full.headers.get('retry-after')]).toEqual([503, '10']);
    const unwatched = running.app.get(ListenedShop).unwatched();
    first.disconnect();
    await unwatched;
    await listen(EVERYTHING, as('ada'));
  });

  it('stays open by comments', async () => {
    await start({ sse: { heartbeatMs: 10 } });
    const listener = await listen(EVERYTHING);
    let line = await listener.line();
    while (line !== ': keep-alive') line = await listener.line();
    expect(requests().listens.size).toBe(1);
  });

  it('cuts a client that does not read, and holds no memory for those who left', async () => {
    await start({ sse: { maxQueuedBytes: 10_000 }, policy: undefined });
    const uri = `shop://limit?${'x'.repeat(1_000)}`;
    registry().addResource({ name: 'long', uri }, () => 'long');
    const unread = await listen({ resourceSubscriptions: [uri] });
    expect(running.sessions.memory.bytes).toBeGreaterThan(5_000);
    while (requests().listens.size > 0) {
      running.sessions.resourceUpdated(uri, {});
      await new Promise(setImmediate);
    }
    await expect(unread.rest()).rejects.toMatchObject({ message: 'terminated' });
    while (running.sessions.memory.bytes > 0) await new Promise(setImmediate);
    expect(requests().inFlight).toBe(0);
  });
});
