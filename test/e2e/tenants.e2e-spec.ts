import { afterEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { IsString } from 'class-validator';
import jwt from 'jsonwebtoken';
import { McpContext, McpResource, McpSessionService, McpTool } from 'nestjs-mcp-sse';
import { send, WireClient } from '../clients/wire-client.js';
import { describeOnAdapters, type AdapterName } from '../fixtures/adapters.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';

const secretOrKey = 'a secret that is long enough for HS256';
const SESSIONS_PER_TENANT = 50;
const ROUNDS = 12;

const bearer = (claims: object) => ({
  authorization: `Bearer ${jwt.sign(claims, secretOrKey, { expiresIn: '1h' })}`,
});

class NewsDto {
  @IsString()
  news!: string;
}

@Injectable()
class Office {
  constructor(private readonly sessions: McpSessionService) {}

  /** Tells the caller's colleagues, in each way that there is. */
  @McpTool()
  announce({ news }: NewsDto, ctx: McpContext): string {
    const { tenant } = ctx.principal;
    ctx.log.info({ news });
    ctx.notify('notifications/own', { news });
    this.sessions.broadcast('notifications/news', { news }, { tenant: tenant! });
    this.sessions.notify(ctx.session!.id, 'notifications/direct', { news });
    this.sessions.resourceUpdated('board://today', { tenant: tenant! });
    return news;
  }

  /** Forgets to say whom it means. */
  @McpTool()
  shout({ news }: NewsDto): number {
    this.sessions.resourceUpdated('board://today');
    return this.sessions.broadcast('notifications/news', { news });
  }

  @McpResource({ uri: 'board://today' })
  board(ctx: McpContext): string {
    return `the board of ${ctx.principal.tenant}`;
  }
}

let running: RunningApp;

async function start(adapter?: AdapterName): Promise<void> {
  running = await startApp({
    adapter,
    providers: [Office],
    options: {
      auth: { jwt: { secretOrKey } },
      sse: { path: ':tenant/sse', messagesPath: ':tenant/messages' },
      http: { path: ':tenant/mcp' },
    },
  });
}

const connect = (tenant: string, sub: string) =>
  WireClient.connect(`${running.url}/${tenant}/sse`, bearer({ sub, tenant }));

afterEach(() => running.close());

describeOnAdapters('tenants', (adapter) => {
  it('are not reached by messages that name no tenant', async () => {
    await start(adapter);
    const [ada, bob] = await Promise.all([connect('acme', 'ada'), connect('umbrella', 'bob')]);
    await bob.call(1, 'resources/subscribe', { uri: 'board://today' });
    expect(await ada.callTool(1, 'shout', { news: 'secret' })).toMatchObject({
      result: { content: [{ text: '0' }] },
    });
    await bob.call(2, 'ping');
    expect(bob.events.filter(({ data }) => data?.includes('method'))).toEqual([]);
    ada.close();
    bob.close();
  });

  it.each([
    ['of another tenant', { sub: 'ada', tenant: 'umbrella' }],
    ['of no tenant', { sub: 'ada' }],
    ['of a tenant that differs in case', { sub: 'ada', tenant: 'ACME' }],
    ['of a list of tenants', { sub: 'ada', tenant: ['acme'] }],
  ])('refuse a token %s', async (_title, claims) => {
    await start(adapter);
    for (const path of ['acme/sse', 'acme/mcp'])
      expect((await send(`${running.url}/${path}`, { method: 'GET', headers: bearer(claims) })).status).toBe(
        403,
      );
    const headers = {
      ...bearer(claims),
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
    };
    expect((await send(`${running.url}/acme/mcp`, { headers, body: '{}' })).status).toBe(403);
  });

  it('cannot post to a session of another tenant, by its path or by their own', async () => {
    await start(adapter);
    const victim = await connect('acme', 'ada');
    const id = await victim.sessionId();
    const headers = { ...bearer({ sub: 'ada', tenant: 'umbrella' }), 'content-type': 'application/json' };
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' });
    const post = async (tenant: string) =>
      (await send(`${running.url}/${tenant}/messages?sessionId=${id}`, { headers, body })).status;
    expect([await post('acme'), await post('umbrella')]).toEqual([403, 404]);
    expect(victim.events).toHaveLength(1);
    victim.close();
  });
});

describe('many sessions of two tenants', () => {
  it('see nothing of each other: 50 sessions each, calls, notifications, broadcasts, subscriptions', async () => {
    await start();
    const members = await Promise.all(
      Array.from({ length: 2 * SESSIONS_PER_TENANT }, async (_, index) => {
        const tenant = index % 2 === 0 ? 'acme' : 'umbrella';
        // The same names in both, as tenants have them.
        const client = await connect(tenant, `user-${index >> 1}`);
        await client.call('sub', 'resources/subscribe', { uri: 'board://today' });
        return { tenant, client };
      }),
    );
    const announce = ({ tenant, client }: (typeof members)[number], round: number) =>
      client.post({
        jsonrpc: '2.0',
        id: round,
        method: 'tools/call',
        params: { name: 'announce', arguments: { news: `${tenant} ${round}` } },
      });
    for (let round = 0; round < ROUNDS; round++)
      await Promise.all(
        members
          .filter((_, index) => (index * 31 + round * 17) % 5 === 0)
          .map((member) => announce(member, round)),
      );
    await Promise.all(members.map(({ client }) => client.call('last', 'ping')));

    for (const { tenant, client } of members) {
      const read = client.events.map(({ data }) => data ?? '').join('\n');
      expect(read).toContain(`${tenant} `);
      expect(read).not.toContain(tenant === 'acme' ? 'umbrella' : 'acme');
    }
    const news = (client: WireClient) =>
      client.events.filter(({ data }) => data?.includes('notifications/news')).length;
    const calls = (wanted: string) => {
      let count = 0;
      for (let round = 0; round < ROUNDS; round++)
        count += members.filter(
          ({ tenant }, index) => tenant === wanted && (index * 31 + round * 17) % 5 === 0,
        ).length;
      return count;
    };
    for (const { tenant, client } of members) expect(news(client)).toBe(calls(tenant));
    for (const { client } of members) client.close();
  }, 60_000);
});
