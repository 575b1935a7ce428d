import { afterEach, expect, it } from '@jest/globals';
import { McpRegistry, type McpSseModuleOptions } from 'nestjs-mcp-sse';
import { StatelessRequests } from '../../libs/mcp-sse/src/stateless/stateless-requests.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import {
  as,
  BossPolicy,
  changed,
  EVERYTHING,
  ListenedShop,
  result,
  SUBSCRIPTION_ID,
  updated,
} from '../fixtures/listened.js';
import { connectModern } from '../fixtures/modern-client.js';
import { ModernListener, postModern, type Message } from '../fixtures/modern-wire-client.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';
import { UserGuard } from '../fixtures/user.guard.js';

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
    const shop = running.app.get(ListenedShop);
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
    const shop = running.app.get(ListenedShop);
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
    ['one URI more often than is allowed', { resourceSubscriptions: ['a://1', 'a://1', 'a://1'] }],
    ['URIs that are too long together', { resourceSubscriptions: [`a://${'"'.repeat(300_000)}`] }],
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
});
