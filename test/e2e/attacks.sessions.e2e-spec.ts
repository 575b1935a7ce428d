import { expect, it } from '@jest/globals';
import { Injectable, type INestApplication } from '@nestjs/common';
import { IsString } from 'class-validator';
import { McpContext, McpCtx, McpResource, McpSessionService, McpTool, McpUriParam } from 'nestjs-mcp-sse';
import { HttpWireClient, initialize } from '../clients/http-wire-client.js';
import { modernRpc, postModern, type Message } from '../clients/modern-wire-client.js';
import { send, WireClient } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { appPerTest, textOf } from '../fixtures/app-per-test.js';
import { HeaderUserGuard } from '../fixtures/header-user.guard.js';
import { until } from '../fixtures/session-work.js';

const PING = { jsonrpc: '2.0', id: 1, method: 'ping' };
const JSON_TYPE = { 'content-type': 'application/json' };

const user = (claims: object) => ({ 'x-user': JSON.stringify(claims) });

class NewsDto {
  @IsString()
  news!: string;
}

@Injectable()
class Office {
  waiting = 0;

  constructor(private readonly sessions: McpSessionService) {}

  /** Means the caller's colleagues, and does not ask whether the caller has any. */
  @McpTool()
  announce({ news }: NewsDto, { principal: { tenant } }: McpContext): string {
    this.sessions.resourceUpdated('notes://board', { tenant });
    return String(this.sessions.broadcast('notifications/news', { news }, { tenant }));
  }

  /** Notes in the reason of an abort whose call it ended, as libraries do that annotate errors. */
  @McpTool()
  wait(@McpCtx() { signal, principal }: McpContext): Promise<void> {
    this.waiting++;
    return new Promise((resolve) =>
      signal.addEventListener('abort', () => {
        const reason = signal.reason as { data?: readonly unknown[] };
        reason.data = [...(reason.data ?? []), principal.tenant];
        resolve();
      }),
    );
  }

  @McpResource({ uri: 'notes://{name}' })
  note(@McpUriParam('name') name: string): string {
    return name;
  }
}

describeOnAdapters('the attacker who has a session', (adapter) => {
  const { start, connect } = appPerTest(adapter);
  const office = { providers: [Office], options: { guards: [HeaderUserGuard] } };

  it('has no tenant: messages for its own tenant reach no member of another', async () => {
    const { url } = await start(office);
    const [mallory, eve, ada] = await Promise.all(
      [{ sub: 'mallory' }, { sub: 'eve', tenant: null }, { sub: 'ada', tenant: 'acme' }].map((claims) =>
        WireClient.connect(`${url}/sse`, user(claims)),
      ),
    );
    await ada!.call(1, 'resources/subscribe', { uri: 'notes://board' });
    expect(textOf(await mallory!.callTool(1, 'announce', { news: 'forged' }))).toBe('2');
    expect(await eve!.message()).toMatchObject({ params: { news: 'forged' } });
    expect(textOf(await ada!.callTool(2, 'announce', { news: 'true' }))).toBe('1');
    expect(JSON.stringify(ada!.events)).not.toContain('forged');
    expect(ada!.events.filter(({ data }) => data?.includes('resources/updated'))).toHaveLength(1);
  });

  it('has no tenant: revoking its access closes no session of a tenant', async () => {
    const { url, sessions } = await start(office);
    const nobodys = await WireClient.connect(`${url}/sse`, user({ sub: 'ada' }));
    await WireClient.connect(`${url}/sse`, user({ sub: 'ada', tenant: 'acme' }));
    const { principal } = sessions.get(await nobodys.sessionId())!;
    expect(sessions.closeWhere(principal)).toBe(1);
    expect(sessions.sessions.map((session) => session.principal.tenant)).toEqual(['acme']);
  });

  it('has its calls aborted after those of others: the answer has nothing that their handlers noted', async () => {
    const { app, url, sessions } = await start(office);
    const tenants = ['acme', 'globex'];
    const call = { name: 'wait', arguments: {} };
    const modern = tenants.map((tenant) =>
      postModern(url, modernRpc(1, 'tools/call', call), user({ sub: 'ada', tenant })),
    );
    const clients = await Promise.all(
      tenants.map((tenant) => WireClient.connect(`${url}/sse`, user({ sub: 'ada', tenant }))),
    );
    const answers = clients.map((client) => client.callTool(1, 'wait'));
    await until(() => app.get(Office).waiting === 4);
    sessions.closeWhere({});
    const bodies = modern.map(async (response) => (await (await response).json()) as Message);
    for (const received of [answers, bodies])
      expect((await Promise.all(received)).map(({ error }) => (error as Message).data)).toEqual([
        ['acme'],
        ['globex'],
      ]);
  });

  it.each([{ tenant: ['acme'] }, { tenant: { id: 'acme' } }, { tenant: true }, { tenant: '' }])(
    'has an ambiguous tenant, %j: 403 on every way in',
    async (claims) => {
      const { url, sessions } = await start(office);
      const headers = { ...user({ sub: 'ada', ...claims }), ...JSON_TYPE, accept: '*/*' };
      const answers = await Promise.all([
        send(`${url}/sse`, { method: 'GET', headers }),
        send(`${url}/mcp`, { headers, body: JSON.stringify(initialize()) }),
        send(`${url}/messages?sessionId=x`, { headers, body: JSON.stringify(PING) }),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([403, 403, 403]);
      expect(answers[0]!.body).toContain('The claim \\"tenant\\" must name one tenant');
      expect(sessions.sessions).toEqual([]);
    },
  );

  it('subscribes to more than a session may: refused until it unsubscribes', async () => {
    const client = await connect({ ...office, options: { limits: { maxSubscriptions: 2 } } });
    const ask = async (id: number, method: string, name: string) =>
      (await client.call(id, `resources/${method}`, { uri: `notes://${name}` }))['error'];
    expect(await ask(1, 'subscribe', 'a')).toBeUndefined();
    expect(await ask(2, 'subscribe', 'b')).toBeUndefined();
    expect(await ask(3, 'subscribe', 'b')).toBeUndefined();
    const error = { code: -32000, message: expect.stringContaining('2 subscriptions; unsubscribe') };
    expect(await ask(4, 'subscribe', 'c')).toMatchObject(error);
    expect(await ask(5, 'unsubscribe', 'a')).toBeUndefined();
    expect(await ask(6, 'subscribe', 'c')).toBeUndefined();
    expect(await ask(7, 'subscribe', 'd')).toMatchObject(error);
  });

  it('names a session by a value that is not text: a client error, not a server error', async () => {
    const { url } = await start({ ...office, configure: parseNestedQueries });
    for (const query of ['sessionId[toString]=1', 'sessionId[]=1', 'sessionId=1&sessionId=2'])
      for (const path of ['/messages', '/mcp']) {
        const { status } = await send(`${url}${path}?${query}`, {
          headers: { ...JSON_TYPE, accept: '*/*' },
          body: JSON.stringify(PING),
        });
        expect([query, [400, 404].includes(status)]).toEqual([query, true]);
      }
  });

  it('steals an id, and cannot resume or end its stream from another tenant', async () => {
    const { url, sessions } = await start(office);
    const victim = user({ sub: 'ada', tenant: 'acme' });
    const thief = user({ sub: 'ada', tenant: 'umbrella' });
    const sse = await WireClient.connect(`${url}/sse`, victim);
    const http = await HttpWireClient.connect(`${url}/mcp`, { headers: victim });
    const stream = await http.open();
    const { id } = await stream.next();

    const resumed = await WireClient.connect(`${url}/sse`, {
      ...thief,
      'last-event-id': sse.events[0]!.id!,
    });
    expect(await resumed.sessionId()).not.toBe(await sse.sessionId());
    const answers = [
      (await http.open(id, thief)).response.statusCode,
      (await http.open(undefined, thief)).response.statusCode,
      (await http.delete(thief)).status,
      (await http.post(PING, thief)).status,
      (await sse.post(PING, thief)).status,
    ];
    expect(answers).toEqual([404, 404, 404, 404, 404]);
    sessions.notify(http.sessionId, 'notifications/mine');
    expect(await stream.message()).toMatchObject({ method: 'notifications/mine' });
    expect(await sse.call(2, 'ping')).toHaveProperty('result');
  });
});

/** As an application on Express may do it. */
function parseNestedQueries(app: INestApplication): void {
  const { set } = app as INestApplication & { set?: (name: string, value: string) => void };
  set?.call(app, 'query parser', 'extended');
}
