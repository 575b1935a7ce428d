import { describe, expect, it } from '@jest/globals';
import { HttpWireClient, rpc } from '../clients/http-wire-client.js';
import { send, WireClient } from '../clients/wire-client.js';
import { McpSseModule } from 'nestjs-mcp-sse';
import { McpMetricsModule } from 'nestjs-mcp-sse/metrics';
import { appPerTest } from '../fixtures/app-per-test.js';
import { metered } from '../fixtures/metered.js';
import { messagesUrlAt, nodesPerTest } from '../fixtures/nodes.js';
import { Scrape } from '../fixtures/scrape.js';
import { Work } from '../fixtures/session-work.js';
import { Stage } from '../fixtures/stage.js';
import { UserGuard } from '../fixtures/user.guard.js';

const call = (name: string, id: unknown = name) => rpc(id, 'tools/call', { name });

describe('metrics of sessions', () => {
  const { start } = appPerTest();
  const startNodes = nodesPerTest();

  it('show open sessions, requests in flight, queues and replay buffers', async () => {
    const { url, sessions } = await start(metered({ options: { limits: { maxSessions: 5 } } }));
    const labels = { server: 'test', transport: 'streamable-http' };
    const empty = await Scrape.of(url);
    expect(['mcp_sessions_open', 'mcp_queue_bytes'].map((name) => empty.sum(name, labels))).toEqual([0, 0]);
    const client = await WireClient.connect(`${url}/sse`);
    await client.post(call('wait'));
    const { sessionId } = await HttpWireClient.connect(`${url}/mcp`);
    sessions.notify(sessionId, 'notifications/message', { level: 'info', data: 'x'.repeat(500) });
    const scrape = await Scrape.of(url);
    expect(scrape.sum('mcp_sessions_open', labels)).toBe(1);
    expect(scrape.sum('mcp_sessions_open')).toBe(2);
    expect(scrape.sum('mcp_sessions_max')).toBe(5);
    expect(scrape.sum('mcp_requests_in_flight', { transport: 'sse' })).toBe(1);
    expect(scrape.sum('mcp_queue_bytes', labels)).toBe(sessions.get(sessionId)!.queuedBytes);
    expect(scrape.sum('mcp_queue_bytes', labels)).toBeGreaterThan(500);
    expect(scrape.sum('mcp_replay_bytes', labels)).toBeGreaterThan(500);
    expect(scrape.sum('mcp_draining')).toBe(0);
    expect(scrape.of('mcp_cluster_up')).toEqual([]);
    sessions.startDraining();
    expect((await Scrape.of(url)).sum('mcp_draining')).toBe(1);
    client.close();
  });

  it('count cancelled requests, and orphaned ones of sessions that end', async () => {
    const { url, sessions } = await start(metered());
    const client = await WireClient.connect(`${url}/sse`);
    await client.post(call('wait', 1));
    await client.post({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } });
    await client.post(call('wait', 2));
    const id = await client.sessionId();
    client.close();
    while (sessions.get(id)?.attached) await new Promise((resolve) => setImmediate(resolve));
    sessions.close(id, 'grace-expired');
    const scrape = await Scrape.of(url);
    expect(scrape.sum('mcp_requests_total', { name: 'wait', outcome: 'cancelled' })).toBe(2);
    expect(scrape.sum('mcp_requests_orphaned_total', { transport: 'sse' })).toBe(1);
    expect(scrape.sum('mcp_sessions_closed_total', { reason: 'grace-expired' })).toBe(1);
  });

  it('count events replayed to a client that reconnects', async () => {
    const { url, app, sessions } = await start(metered({ providers: [Stage] }));
    const client = await WireClient.connect(`${url}/sse`);
    await client.post(call('perform', 1));
    const act = await app.get(Stage).next();
    for (const data of [1, 2, 3]) act.context.log.info(data);
    const first = await client.next(({ event }) => event === 'message');
    await client.message();
    await client.message();
    client.close();
    while (sessions.sessions[0]?.attached) await new Promise((resolve) => setImmediate(resolve));
    const again = await WireClient.connect(`${url}/sse`, { 'last-event-id': first.id! });
    expect(await again.message()).toMatchObject({ params: { data: 2 } });
    const scrape = await Scrape.of(url);
    expect(scrape.sum('mcp_replayed_events_total', { transport: 'sse' })).toBe(2);
    expect(scrape.sum('mcp_sessions_resumed_total', { transport: 'sse' })).toBe(1);
    again.close();
  });

  it('count clients that are cut off because they do not read', async () => {
    const { url, sessions } = await start(
      metered({ providers: [Work], options: { sse: { maxQueuedBytes: 10_000 } } }),
    );
    const client = await WireClient.connect(`${url}/sse`);
    const cut = new Promise((resolve) =>
      sessions.events$.subscribe((event) => event.type === 'cut' && resolve(event)),
    );
    client.response.pause();
    await client.post(call('fill', 1));
    await cut;
    expect((await Scrape.of(url)).sum('mcp_clients_cut_total', { transport: 'sse' })).toBe(1);
    client.close();
  });

  it('count refusals by cause, over HTTP and in calls', async () => {
    const { url } = await start(metered({ options: { guards: [UserGuard], limits: { maxSessions: 2 } } }));
    const ada = await WireClient.connect(`${url}/sse`, { 'x-user': 'ada' });
    await ada.callTool(1, 'forbid');
    const endpoint = await ada.endpoint();
    const bob = await WireClient.connect(`${url}/sse`, { 'x-user': 'bob' });
    await send(endpoint, { headers: { 'x-user': 'bob' }, body: '{}' });
    await send(endpoint.replace(/=.*/, '=unknown'), { headers: { 'x-user': 'bob' }, body: '{}' });
    await send(`${url}/sse`, { method: 'GET', headers: { 'x-user': 'bob' } });
    await send(`${url}/sse`, { method: 'GET', headers: { host: 'evil.example', 'x-user': 'bob' } });
    const scrape = await Scrape.of(url);
    const denials = scrape.of('mcp_denials_total', { server: 'test' });
    expect(Object.fromEntries(denials.map(({ labels, value }) => [labels['reason'], value]))).toEqual({
      forbidden: 2,
      'foreign-session': 1,
      'unknown-session': 1,
      'session-limit': 1,
    });
    expect(scrape.sum('mcp_requests_total', { name: 'forbid', outcome: 'denied' })).toBe(1);
    ada.close();
    bob.close();
  });

  it('distinguish the servers of an application', async () => {
    const { url } = await start({
      imports: [
        McpSseModule.forRoot({
          name: 'second',
          version: '1',
          sse: { path: 'second/sse', messagesPath: 'second/messages' },
          http: { path: 'second/mcp' },
        }),
        McpMetricsModule.forRoot(),
      ],
    });
    const [one, two] = [
      await WireClient.connect(`${url}/sse`),
      await WireClient.connect(`${url}/second/sse`),
    ];
    await two.call(1, 'ping');
    const scrape = await Scrape.of(url);
    expect(scrape.of('mcp_requests_total')).toMatchObject([
      { labels: { server: 'second', method: 'ping' }, value: 1 },
    ]);
    expect(['test', 'second'].map((server) => scrape.sum('mcp_sessions_open', { server }))).toEqual([1, 1]);
    one.close();
    two.close();
  });

  it('count messages relayed to other nodes, and sessions adopted from them', async () => {
    const [one, other] = await startNodes(2, { imports: [McpMetricsModule.forRoot()] });
    const client = await WireClient.connect(`${one!.url}/sse`);
    const postAtOther = async (message: unknown) =>
      send(await messagesUrlAt(other!, client), {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(message),
      });
    await postAtOther(rpc(1, 'ping'));
    await client.answer(1);
    await postAtOther(call('perform', 2));
    await one!.stage.next();
    expect((await Scrape.of(other!.url)).sum('mcp_routed_posts_total')).toBe(2);
    one!.crash();
    client.close();
    const again = await WireClient.connect(`${other!.url}/sse`, {
      'last-event-id': client.events.findLast(({ id }) => id !== undefined)!.id!,
    });
    await again.answer(2);
    const scrape = await Scrape.of(other!.url);
    expect(scrape.sum('mcp_sessions_adopted_total', { transport: 'sse' })).toBe(1);
    expect(scrape.sum('mcp_requests_lost_total', { transport: 'sse' })).toBe(1);
    expect(scrape.sum('mcp_cluster_up')).toBe(1);
    again.close();
  });
});
