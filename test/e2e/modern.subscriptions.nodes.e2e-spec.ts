import { afterEach, expect, it } from '@jest/globals';
import type { McpSseModuleOptions } from 'nestjs-mcp-sse';
import { ModernListener } from '../clients/modern-listener.js';
import { describeOnClusters } from '../fixtures/cluster-backends.js';
import { as, changed, EVERYTHING, ListenedShop, result, updated } from '../fixtures/listened.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';
import { UserGuard } from '../fixtures/user.guard.js';

describeOnClusters('listening clients of two nodes', (makeCluster) => {
  const nodes: RunningApp[] = [];

  afterEach(() => Promise.all(nodes.splice(0).map((node) => node.close())));

  const start = async () => {
    const options: Partial<McpSseModuleOptions> = {
      cluster: makeCluster(),
      auth: 'app',
      guards: [UserGuard],
    };
    for (let count = 0; count < 2; count++)
      nodes.push(await startApp({ providers: [ListenedShop], options }));
    return nodes as [RunningApp, RunningApp];
  };

  it('learn of updates and changes that are meant for them, and lose their access, at the other node', async () => {
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

  it('go on while the other node stops', async () => {
    const [one, other] = await start();
    const there = await ModernListener.acknowledged(one.url, EVERYTHING, as('ada'));
    const here = await ModernListener.acknowledged(other.url, EVERYTHING, as('ada'));
    const [rest] = await Promise.all([there.rest(), one.close()]);
    expect(rest).toEqual([result()]);
    other.sessions.resourceUpdated('shop://limit', {});
    expect(await here.next()).toEqual(updated('shop://limit'));
    here.disconnect();
  });
});
