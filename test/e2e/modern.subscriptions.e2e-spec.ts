import { expect, it } from '@jest/globals';
import { connectModern } from '../clients/modern-client.js';
import { ModernListener } from '../clients/modern-listener.js';
import { modernRpc, postModern, type Message } from '../clients/modern-wire-client.js';
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
import { ListenedPerTest } from '../fixtures/listened-per-test.js';

describeOnAdapters('subscriptions/listen', (adapter) => {
  const listened = new ListenedPerTest(adapter);
  const add = (name: string) => listened.registry.addTool({ name }, () => 'done');

  it('gives the client of the SDK what it asked for, until it closes the subscription', async () => {
    await listened.start();
    const heard: string[] = [];
    let both = (): void => undefined;
    const gotBoth = new Promise<void>((resolve) => (both = resolve));
    const client = await connectModern(listened.running.url, {}, (prepared) => {
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
    const shop = listened.running.app.get(ListenedShop);
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
    await listened.start();
    const listener = await ModernListener.open(
      listened.running.url,
      {
        toolsListChanged: true,
        promptsListChanged: false,
        resourceSubscriptions: ['shop://limit', 'SHOP://limit', 'shop://limit'],
        taskIds: ['a'],
      },
      { id: 7, ...as('ada') },
    );
    listened.listeners.push(listener);
    expect(listener.response.headers.get('content-type')).toBe('text/event-stream');
    expect(await listener.next()).toEqual({
      jsonrpc: '2.0',
      method: 'notifications/subscriptions/acknowledged',
      params: {
        notifications: { toolsListChanged: true, resourceSubscriptions: ['shop://limit'] },
        _meta: { [SUBSCRIPTION_ID]: 7 },
      },
    });
    listened.registry.addPrompt({ name: 'ask' }, () => 'ask');
    listened.running.sessions.resourceUpdated('shop://prices', {});
    listened.running.sessions.broadcast('notifications/news', { text: 'new' }, {});
    listened.running.sessions.broadcast('notifications/prompts/list_changed', {}, {});
    listened.running.sessions.resourceUpdated('SHOP://limit', {});
    expect(await listener.next()).toEqual(updated('shop://limit', 7));
    listened.running.sessions.broadcast('notifications/tools/list_changed', {}, {});
    expect(await listener.next()).toEqual(changed('tools', 7));
  });

  it('tells what a live resource does, and nothing else that its handler sends', async () => {
    await listened.start();
    const listener = await listened.listen({ resourceSubscriptions: ['shop://prices'] });
    const shop = listened.running.app.get(ListenedShop);
    shop.prices.next(1);
    expect(await listener.next()).toEqual(updated('shop://prices'));
    const unwatched = shop.unwatched();
    listener.disconnect();
    await unwatched;
    expect(listened.requests.listens.size).toBe(0);
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
    await listened.start({ limits: { maxSubscriptions: 2 } });
    const request = modernRpc(1, 'subscriptions/listen', { notifications });
    const response = await postModern(listened.running.url, request, as('ada').headers);
    const { error } = (await response.json()) as Message;
    expect(error).toMatchObject({ code: -32602, message: expect.stringContaining('notifications') });
    expect(listened.requests.listens.size).toBe(0);
    expect(listened.requests.inFlight).toBe(0);
  });

  it('leaves out resources that the caller may not read, that do not exist, or that fail', async () => {
    await listened.start();
    const uris = ['shop://limit', 'shop://secret', 'shop://unknown', 'shop://broken'];
    const open = async (user: string) => {
      const listener = await ModernListener.open(
        listened.running.url,
        { resourceSubscriptions: uris },
        as(user),
      );
      listened.listeners.push(listener);
      const { params } = await listener.next();
      return [listener, params.notifications.resourceSubscriptions] as const;
    };
    const [ada, granted] = await open('acme/ada');
    const [boss, all] = await open('acme/boss');
    expect(granted).toEqual(['shop://limit']);
    expect(all).toEqual(['shop://limit', 'shop://secret']);
    listened.running.sessions.resourceUpdated('shop://secret', {});
    listened.running.sessions.resourceUpdated('shop://limit', {});
    expect(await boss.next()).toEqual(updated('shop://secret'));
    expect(await ada.next()).toEqual(updated('shop://limit'));
    listened.running.app.get(BossPolicy).bosses = [];
    listened.running.sessions.resourceUpdated('shop://secret', {});
    listened.running.app.get(BossPolicy).bosses = ['boss'];
    listened.running.sessions.resourceUpdated('shop://secret', {});
    listened.running.sessions.resourceUpdated('shop://limit', {});
    expect(await boss.next()).toEqual(updated('shop://limit'));
    expect(await boss.next()).toEqual(updated('shop://limit'));
  });

  it('tells of changed lists those who see the change', async () => {
    await listened.start();
    const [ada, boss] = [
      await listened.listen(EVERYTHING),
      await listened.listen(EVERYTHING, as('acme/boss')),
    ];
    add('secret');
    expect(await boss.next()).toEqual(changed('tools'));
    listened.registry.addPrompt({ name: 'ask' }, () => 'ask');
    listened.registry.removeResource('shop://limit');
    for (const listener of [ada, boss]) {
      expect(await listener.next()).toEqual(changed('prompts'));
      expect(await listener.next()).toEqual(changed('resources'));
    }
  });

  it('keeps tenants apart, also from somebody with a valid token of another tenant', async () => {
    await listened.start();
    const victim = await listened.listen(EVERYTHING);
    const attacker = await listened.listen(EVERYTHING, as('evil/ada'));
    const loner = await listened.listen(EVERYTHING, as('ada'));
    listened.running.sessions.resourceUpdated('shop://limit', { tenant: 'acme' });
    listened.running.sessions.broadcast('notifications/tools/list_changed', {}, { tenant: 'acme' });
    listened.running.sessions.resourceUpdated('shop://limit');
    listened.running.sessions.closeWhere({ subject: 'ada', tenant: 'acme' });
    listened.running.sessions.broadcast('notifications/prompts/list_changed', {}, {});
    expect(await victim.rest()).toEqual([updated('shop://limit'), changed('tools'), result()]);
    expect(await attacker.next()).toEqual(changed('prompts'));
    expect(await loner.next()).toEqual(updated('shop://limit'));
    expect(await loner.next()).toEqual(changed('prompts'));
  });

  it('does not let another client end a stream by its id', async () => {
    await listened.start();
    const listener = await listened.listen(EVERYTHING);
    const { id: _id, ...cancelled } = modernRpc(1, 'notifications/cancelled', { requestId: 'listen' });
    await postModern(listened.running.url, cancelled, as('evil/ada').headers);
    listened.running.sessions.resourceUpdated('shop://limit', {});
    expect(await listener.next()).toEqual(updated('shop://limit'));
  });
});
