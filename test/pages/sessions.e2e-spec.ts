import { afterEach, describe, expect, it } from '@jest/globals';
import type { Type } from '@nestjs/common';
import { McpSessionService } from 'nestjs-mcp-sse';
import { usePage } from '../fixtures/page.js';

interface News {
  readonly log: readonly string[];
  announce(tenant: string, text: string): number;
  whisper(sessionId: string, text: string): boolean;
  revoke(subject: string): number;
}

const page = usePage('docs/sessions.md');
const environment = { ...process.env };
const of = (sub: string, tenant: string) => ({ headers: { 'x-user': JSON.stringify({ sub, tenant }) } });

afterEach(() => {
  process.env = { ...environment };
});

describe('the page about sessions', () => {
  it('notifies clients outside of calls, lists sessions and ends them', async () => {
    const ada = await page.serve('service', of('ada', 'acme'));
    const bob = await page.connect(ada.url, of('bob', 'other'));
    const { NewsService } = await page.import<{ NewsService: Type<News> }>('service');
    const news = ada.app.get(NewsService);
    const service = ada.app.get(McpSessionService);

    expect(news.announce('acme', 'to all of acme')).toBe(1);
    expect(await ada.nextNotification()).toMatchObject({ params: { text: 'to all of acme' } });
    const { id } = service.sessions.find(({ principal }) => principal.subject === 'bob')!;
    expect(news.whisper(id, 'to bob')).toBe(true);
    expect(await bob.nextNotification()).toMatchObject({ params: { text: 'to bob' } });

    expect(service.broadcast('notifications/news')).toBe(0);
    expect(service.broadcast('notifications/news', {}, {})).toBe(2);
    expect(news.revoke('bob')).toBe(1);
    await expect(bob.ping()).rejects.toMatchObject({ code: 404 });
    expect(news.log).toEqual(['ada opened', 'bob opened', 'bob closed: revoked']);
  });

  it('starts a node of a cluster, which still serves without Redis', async () => {
    const { redisCluster } = await import('nestjs-mcp-sse/redis');
    const [, name] = /^npm install (\S+)\n$/.exec(page.code('install-redis'))!;
    expect([name, typeof redisCluster]).toEqual(['ioredis', 'function']);
    const { OrdersModule } = await page.import<{ OrdersModule: Type }>('cluster');
    process.env['REDIS_URL'] = 'redis://127.0.0.1:1';
    const mcp = await page.start(OrdersModule, { transport: 'sse' });
    expect(mcp.getServerVersion()).toMatchObject({ name: 'orders' });
  });

  it('has no block without a test', () => {
    expect(page.untested).toEqual([]);
  });
});
