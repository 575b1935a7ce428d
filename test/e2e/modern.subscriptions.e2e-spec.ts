import { afterEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import {
  McpContext,
  McpCtx,
  McpPolicy,
  McpRegistry,
  McpResource,
  McpTool,
  memoryCluster,
  type McpCluster,
  type McpDefinition,
  type McpPrincipal,
  type McpSseModuleOptions,
} from 'nestjs-mcp-sse';
import { finalize, Subject } from 'rxjs';
import { SessionDrain } from '../../libs/mcp-sse/src/sessions/session-drain.js';
import { StatelessRequests } from '../../libs/mcp-sse/src/stateless/stateless-requests.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { describeOnClusters } from '../fixtures/cluster-backends.js';
import { connectModern } from '../fixtures/modern-client.js';
import { ModernListener, postModern, type Message } from '../fixtures/modern-wire-client.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';
import { UserGuard } from '../fixtures/user.guard.js';

const SUBSCRIPTION_ID = 'io.modelcontextprotocol/subscriptionId';

@Injectable()
class Shop {
  readonly prices = new Subject<number>();
  watched = 0;
  private readonly watching: (() => void)[] = [];

  @McpTool()
  greet(): string {
    return 'Hello';
  }

  @McpResource({ uri: 'shop://limit' })
  limit(): object {
    return { limit: 10 };
  }

  @McpResource({ uri: 'shop://prices' })
  live(@McpCtx() ctx: McpContext) {
    this.watched++;
    ctx.notify('notifications/unasked');
    ctx.log.error('unasked');
    const left = finalize(() => {
      this.watched--;
      for (const resolve of this.watching.splice(0)) resolve();
    });
    return this.prices.pipe(left);
  }

  @McpResource({ uri: 'shop://broken' })
  broken(): never {
    throw new Error('no such luck');
  }

  @McpResource({ uri: 'shop://secret' })
  secret(): string {
    return 'secret';
  }

  unwatched(): Promise<void> {
    return new Promise((resolve) => this.watching.push(resolve));
  }
}

/** Nobody but the boss may use what is named secret. */
@Injectable()
class BossPolicy extends McpPolicy {
  bosses = ['boss'];

  canAccess({ subject }: McpPrincipal, { name }: McpDefinition): boolean {
    return !name.includes('secret') || this.bosses.includes(subject);
  }
}

const as = (user: string) => ({ headers: { 'x-user': user } });
const updated = (uri: string, id: string | number = 'listen') => ({
  jsonrpc: '2.0',
  method: 'notifications/resources/updated',
  params: { uri, _meta: { [SUBSCRIPTION_ID]: id } },
});
const changed = (list: string, id: string | number = 'listen') => ({
  jsonrpc: '2.0',
  method: `notifications/${list}/list_changed`,
  params: { _meta: { [SUBSCRIPTION_ID]: id } },
});
const result = (id: string | number = 'listen') => ({
  jsonrpc: '2.0',
  id,
  result: {
    resultType: 'complete',
    _meta: expect.objectContaining({ [SUBSCRIPTION_ID]: id }),
  },
});
const EVERYTHING = {
  toolsListChanged: true,
  promptsListChanged: true,
  resourcesListChanged: true,
  resourceSubscriptions: ['shop://limit'],
};

describeOnAdapters('subscriptions/listen', (adapter) => {
  let running: RunningApp;
  const listeners: ModernListener[] = [];

  afterEach(async () => {
    for (const listener of listeners.splice(0)) listener.disconnect();
    await running.close();
  });

  const start = async (options: Partial<McpSseModuleOptions> = {}) => {
    running = await startApp({
      adapter,
      providers: [Shop, BossPolicy],
      options: { auth: 'app', guards: [UserGuard], policy: BossPolicy, ...options },
    });
  };
  const listen = async (...[notifications, options]: [unknown, { headers?: Record<string, string> }?]) => {
    const listener = await ModernListener.acknowledged(running.url, notifications, options ?? as('acme/ada'));
    listeners.push(listener);
    return listener;
  };
  const registry = () => running.app.get(McpRegistry);
  const add = (name: string) => registry().addTool({ name }, () => 'done');
  const requests = () => running.app.get(StatelessRequests);

  it('gives the client of the SDK what it asked for, until it closes the subscription', async () => {
    await start();
    const heard: string[] = [];
    let both = (): void => undefined;
    const gotBoth = new Promise<void>((resolve) => (both = resolve));
    const client = await connectModern(running.url, {}, (prepared) => {
      const hear = ({ method }: { method: string }) => void (heard.push(method) === 2 && both());
      prepared.setNotificationHandler('notifications/tools/list_changed', hear);
      prepared.setNotificationHandler('notifications/resources/updated', hear);
    });
    const wanted = { toolsListChanged: true, resourceSubscriptions: ['shop://prices', 'shop://unknown'] };
    const subscription = await client.listen(wanted);
    expect(subscription.honoredFilter).toEqual({
      toolsListChanged: true,
      resourceSubscriptions: ['shop://prices'],
    });
    const shop = running.app.get(Shop);
    add('more');
    shop.prices.next(1);
    await gotBoth;
    expect(heard.toSorted()).toEqual(['notifications/resources/updated', 'notifications/tools/list_changed']);
    const unwatched = shop.unwatched();
    await subscription.close();
    await unwatched;
    expect(await subscription.closed).toBe('local');
    expect(shop.watched).toBe(0);
    await client.close();
  });

  it('acknowledges first, marks every message, and sends nothing that was not asked for', async () => {
    await start();
    const listener = await ModernListener.open(
      running.url,
      {
        toolsListChanged: true,
        promptsListChanged: false,
        resourceSubscriptions: ['shop://limit', 'SHOP://limit', 'shop://limit'],
        taskIds: ['a'],
      },
      { id: 7, ...as('ada') },
    );
    listeners.push(listener);
    expect(listener.response.headers.get('content-type')).toBe('text/event-stream');
    expect(await listener.next()).toEqual({
      jsonrpc: '2.0',
      method: 'notifications/subscriptions/acknowledged',
      params: {
        notifications: { toolsListChanged: true, resourceSubscriptions: ['shop://limit'] },
        _meta: { [SUBSCRIPTION_ID]: 7 },
      },
    });
    registry().addPrompt({ name: 'ask' }, () => 'ask');
    running.sessions.resourceUpdated('shop://prices', {});
    running.sessions.broadcast('notifications/news', { text: 'new' }, {});
    running.sessions.broadcast('notifications/prompts/list_changed', {}, {});
    running.sessions.resourceUpdated('SHOP://limit', {});
    expect(await listener.next()).toEqual(updated('shop://limit', 7));
    running.sessions.broadcast('notifications/tools/list_changed', {}, {});
    expect(await listener.next()).toEqual(changed('tools', 7));
  });

  it('tells what a live resource does, and nothing else that its handler sends', async () => {
    await start();
    const listener = await listen({ resourceSubscriptions: ['shop://prices'] });
    const shop = running.app.get(Shop);
    shop.prices.next(1);
    expect(await listener.next()).toEqual(updated('shop://prices'));
    const unwatched = shop.unwatched();
    listener.disconnect();
    await unwatched;
    expect(requests().listens.size).toBe(0);
  });

  it.each<[string, unknown]>([
    ['no filter', undefined],
    ['a filter that is a list', []],
    ['a flag that is a text', { toolsListChanged: 'yes' }],
    ['a flag that is null', { promptsListChanged: null }],
    ['URIs that are a text', { resourceSubscriptions: 'shop://limit' }],
    ['a URI that is a number', { resourceSubscriptions: ['shop://limit', 1] }],
    ['more URIs than are allowed', { resourceSubscriptions: ['a://1', 'a://2', 'a://3'] }],
  ])('refuses %s', async (_name, notifications) => {
    await start({ limits: { maxSubscriptions: 2 } });
    const response = await postModern(running.url, {
      method: 'subscriptions/listen',
      params: { notifications },
      ...as('ada'),
    });
    const { error } = (await response.json()) as Message;
    expect(error).toMatchObject({ code: -32602, message: expect.stringContaining('notifications') });
    expect(requests().listens.size).toBe(0);
    expect(requests().inFlight).toBe(0);
  });

  it('leaves out resources that the caller may not read, that do not exist, or that fail', async () => {
    await start();
    const uris = ['shop://limit', 'shop://secret', 'shop://unknown', 'shop://broken'];
    const open = async (user: string) => {
      const listener = await ModernListener.open(running.url, { resourceSubscriptions: uris }, as(user));
      listeners.push(listener);
      const { params } = await listener.next();
      return [listener, params.notifications.resourceSubscriptions] as const;
    };
    const [ada, granted] = await open('acme/ada');
    const [boss, all] = await open('acme/boss');
    expect(granted).toEqual(['shop://limit']);
    expect(all).toEqual(['shop://limit', 'shop://secret']);
    running.sessions.resourceUpdated('shop://secret', {});
    running.sessions.resourceUpdated('shop://limit', {});
    expect(await boss.next()).toEqual(updated('shop://secret'));
    expect(await ada.next()).toEqual(updated('shop://limit'));
    running.app.get(BossPolicy).bosses = [];
    running.sessions.resourceUpdated('shop://secret', {});
    running.app.get(BossPolicy).bosses = ['boss'];
    running.sessions.resourceUpdated('shop://secret', {});
    running.sessions.resourceUpdated('shop://limit', {});
    expect(await boss.next()).toEqual(updated('shop://limit'));
    expect(await boss.next()).toEqual(updated('shop://limit'));
  });

  it('tells of changed lists those who see the change', async () => {
    await start();
    const [ada, boss] = [await listen(EVERYTHING), await listen(EVERYTHING, as('acme/boss'))];
    add('secret');
    expect(await boss.next()).toEqual(changed('tools'));
    registry().addPrompt({ name: 'ask' }, () => 'ask');
    registry().removeResource('shop://limit');
    for (const listener of [ada, boss]) {
      expect(await listener.next()).toEqual(changed('prompts'));
      expect(await listener.next()).toEqual(changed('resources'));
    }
  });

  it('keeps tenants apart, also from somebody with a valid token of another tenant', async () => {
    await start();
    const victim = await listen(EVERYTHING);
    const attacker = await listen(EVERYTHING, as('evil/ada'));
    const loner = await listen(EVERYTHING, as('ada'));
    running.sessions.resourceUpdated('shop://limit', { tenant: 'acme' });
    running.sessions.broadcast('notifications/tools/list_changed', {}, { tenant: 'acme' });
    running.sessions.resourceUpdated('shop://limit');
    running.sessions.closeWhere({ subject: 'ada', tenant: 'acme' });
    running.sessions.broadcast('notifications/prompts/list_changed', {}, {});
    expect(await victim.rest()).toEqual([updated('shop://limit'), changed('tools'), result()]);
    expect(await attacker.next()).toEqual(changed('prompts'));
    expect(await loner.next()).toEqual(updated('shop://limit'));
    expect(await loner.next()).toEqual(changed('prompts'));
  });

  it('does not let another client end a stream by its id', async () => {
    await start();
    const listener = await listen(EVERYTHING);
    await fetch(`${running.url}/mcp`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'notifications/cancelled',
        'x-user': 'evil/ada',
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        method: 'notifications/cancelled',
        params: {
          requestId: 'listen',
          _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' },
        },
      }),
    });
    running.sessions.resourceUpdated('shop://limit', {});
    expect(await listener.next()).toEqual(updated('shop://limit'));
  });

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
    const refused = await postModern(running.url, {
      method: 'subscriptions/listen',
      params: { notifications: EVERYTHING },
      ...as('ada'),
    });
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
    const open = (user: string) =>
      postModern(running.url, {
        method: 'subscriptions/listen',
        params: { notifications: { toolsListChanged: true, resourceSubscriptions: ['shop://prices'] } },
        ...as(user),
      });
    const first = await listen({ resourceSubscriptions: ['shop://prices'] }, as('ada'));
    const own = await open('ada');
    expect([own.status, await own.json()]).toEqual([
      503,
      expect.objectContaining({
        error: expect.objectContaining({ message: expect.stringContaining('You have 1 subscriptions open') }),
      }),
    ]);
    const call = await postModern(running.url, {
      method: 'tools/call',
      params: { name: 'greet' },
      ...as('ada'),
    });
    expect(call.status).toBe(200);
    await listen(EVERYTHING, as('bob'));
    const full = await open('eve');
    expect([full.status, full.headers.get('retry-after')]).toEqual([503, '10']);
    const unwatched = running.app.get(Shop).unwatched();
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
    await expect(unread.rest()).rejects.toThrow();
    while (running.sessions.memory.bytes > 0) await new Promise(setImmediate);
    expect(requests().inFlight).toBe(0);
  });
});

describe('the nodes of a cluster', () => {
  describeOnClusters('reach listening clients of each other', (makeCluster) => {
    const nodes: RunningApp[] = [];

    afterEach(() => Promise.all(nodes.splice(0).map((node) => node.close())));

    const start = async (cluster: McpCluster = makeCluster()) => {
      for (let count = 0; count < 2; count++)
        nodes.push(
          await startApp({
            providers: [Shop],
            options: { cluster, auth: 'app', guards: [UserGuard] },
          }),
        );
      return nodes as [RunningApp, RunningApp];
    };

    it('with updates and changes that are meant for them, and with the end of their access', async () => {
      const [one, other] = await start();
      const ada = await ModernListener.acknowledged(other.url, EVERYTHING, as('acme/ada'));
      const evil = await ModernListener.acknowledged(other.url, EVERYTHING, as('evil/ada'));
      one.sessions.resourceUpdated('shop://limit', { tenant: 'acme' });
      expect(await ada.next()).toEqual(updated('shop://limit'));
      one.sessions.broadcast('notifications/tools/list_changed', {}, { tenant: 'acme' });
      expect(await ada.next()).toEqual(changed('tools'));
      one.sessions.closeWhere({ tenant: 'acme' });
      expect(await ada.rest()).toEqual([result()]);
      one.sessions.broadcast('notifications/prompts/list_changed', {}, {});
      expect(await evil.next()).toEqual(changed('prompts'));
      evil.disconnect();
    });
  });

  it('end the streams of a node that is stopped, and go on with others', async () => {
    const cluster = memoryCluster();
    const options: Partial<McpSseModuleOptions> = { cluster, auth: 'app', guards: [UserGuard] };
    const [one, other] = [
      await startApp({ providers: [Shop], options }),
      await startApp({ providers: [Shop], options }),
    ];
    const there = await ModernListener.acknowledged(one.url, EVERYTHING, as('ada'));
    const here = await ModernListener.acknowledged(other.url, EVERYTHING, as('ada'));
    await Promise.all([one.close(), expect(there.rest()).resolves.toEqual([result()])]);
    other.sessions.resourceUpdated('shop://limit', {});
    expect(await here.next()).toEqual(updated('shop://limit'));
    here.disconnect();
    await other.close();
  });
});
