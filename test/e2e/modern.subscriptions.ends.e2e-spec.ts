import { expect, it } from '@jest/globals';
import { SessionDrain } from '../../libs/mcp-sse/src/sessions/session-drain.js';
import { modernRpc, postModern, type Message } from '../clients/modern-wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { as, EVERYTHING, ListenedShop, result } from '../fixtures/listened.js';
import { ListenedPerTest } from '../fixtures/listened-per-test.js';

describeOnAdapters('a stream of subscriptions/listen', (adapter) => {
  const listened = new ListenedPerTest(adapter);

  it('ends with a result when the token expires, when the node is drained, and when it stops', async () => {
    const expiresAt = Date.now() + 1_000;
    await listened.start({
      principal: (request) => ({
        subject: (request as Message)['user'].sub,
        scopes: [],
        roles: [],
        claims: {},
        expiresAt: (request as Message)['user'].sub === 'short' ? expiresAt : undefined,
      }),
    });
    const short = await listened.listen(EVERYTHING, as('short'));
    expect(await short.rest()).toEqual([result()]);
    expect(Date.now()).toBeLessThan(expiresAt + 30_000);
    const drained = await listened.listen(EVERYTHING, as('ada'));
    const settings = { propagationMs: 0, deadlineMs: 30_000 };
    const drain = new SessionDrain(listened.running.sessions, listened.requests, settings).run(
      () => undefined,
    );
    expect(await drained.rest()).toEqual([result()]);
    await drain;
    const request = modernRpc(1, 'subscriptions/listen', { notifications: EVERYTHING });
    const refused = await postModern(listened.running.url, request, as('ada').headers);
    expect(refused.status).toBe(503);
  });

  it('ends with a result when the application is closed', async () => {
    await listened.start();
    const listener = await listened.listen(EVERYTHING);
    const [rest] = await Promise.all([listener.rest(), listened.running.close()]);
    expect(rest).toEqual([result()]);
  });

  it('has a limit for each principal and one for all, and a place is free when a client leaves', async () => {
    await listened.start({
      limits: { maxSessions: 2, maxSessionsPerPrincipal: 1, maxInFlightPerPrincipal: 1 },
    });
    const notifications = { toolsListChanged: true, resourceSubscriptions: ['shop://prices'] };
    const request = modernRpc(1, 'subscriptions/listen', { notifications });
    const open = (user: string) => postModern(listened.running.url, request, as(user).headers);
    const first = await listened.listen({ resourceSubscriptions: ['shop://prices'] }, as('ada'));
    const own = await open('ada');
    expect([own.status, await own.json()]).toEqual([
      503,
      expect.objectContaining({
        error: expect.objectContaining({ message: expect.stringContaining('You have 1 subscriptions open') }),
      }),
    ]);
    const greet = modernRpc(1, 'tools/call', { name: 'greet' });
    const call = await postModern(listened.running.url, greet, as('ada').headers);
    expect(call.status).toBe(200);
    await listened.listen(EVERYTHING, as('bob'));
    const full = await open('eve');
    expect([full.status, full.headers.get('retry-after')]).toEqual([503, '10']);
    const unwatched = listened.running.app.get(ListenedShop).unwatched();
    first.disconnect();
    await unwatched;
    await listened.listen(EVERYTHING, as('ada'));
  });

  it('stays open by comments', async () => {
    await listened.start({ sse: { heartbeatMs: 10 } });
    const listener = await listened.listen(EVERYTHING);
    let line = await listener.line();
    while (line !== ': keep-alive') line = await listener.line();
    expect(listened.requests.listens.size).toBe(1);
  });

  it('cuts a client that does not read, and holds no memory for those who left', async () => {
    await listened.start({ sse: { maxQueuedBytes: 10_000 }, policy: undefined });
    const uri = `shop://limit?${'x'.repeat(1_000)}`;
    listened.registry.addResource({ name: 'long', uri }, () => 'long');
    const unread = await listened.listen({ resourceSubscriptions: [uri] });
    expect(listened.running.sessions.memory.bytes).toBeGreaterThan(5_000);
    while (listened.requests.listens.size > 0) {
      listened.running.sessions.resourceUpdated(uri, {});
      await new Promise(setImmediate);
    }
    await expect(unread.rest()).rejects.toMatchObject({ message: 'terminated' });
    while (listened.running.sessions.memory.bytes > 0) await new Promise(setImmediate);
    expect(listened.requests.inFlight).toBe(0);
  });
});
