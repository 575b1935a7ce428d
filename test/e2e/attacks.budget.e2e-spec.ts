import { describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { IsString } from 'class-validator';
import { McpContext, McpResource, McpTool, McpUriParam, type McpSessionEvent } from 'nestjs-mcp-sse';
import { HttpWireClient, rpc } from '../clients/http-wire-client.js';
import { MODERN } from '../clients/modern-client.js';
import { mirroringHeaders, modernRpc } from '../clients/modern-wire-client.js';
import { RawConnection, rawPost } from '../clients/raw-connection.js';
import { WireClient } from '../clients/wire-client.js';
import { appPerTest } from '../fixtures/app-per-test.js';
import { HeaderUserGuard, userHeaders } from '../fixtures/header-user.guard.js';
import { metered } from '../fixtures/metered.js';
import { Scrape } from '../fixtures/scrape.js';
import { until } from '../fixtures/session-work.js';
import type { RunningApp } from '../fixtures/start-app.js';

const KIB = 1024;
const MAX_BYTES = 1024 * KIB;
const ADA = userHeaders('ada');
const MALLORY = userHeaders('mallory');

class TextDto {
  @IsString()
  text!: string;
}

@Injectable()
class Archive {
  served = 0;
  private readonly held: (() => void)[] = [];

  @McpTool()
  echo({ text }: TextDto): number {
    return text.length;
  }

  @McpTool()
  large(): string {
    return 'x'.repeat(100 * KIB);
  }

  /** Small enough that its answer is not counted, as the system takes it at once. */
  @McpTool()
  medium(): string {
    this.served++;
    return 'x'.repeat(50 * KIB);
  }

  /** Does not care whether its call was aborted. */
  @McpTool()
  hold(): Promise<string> {
    return new Promise((resolve) => this.held.push(() => resolve('done')));
  }

  @McpTool()
  async shout({ log }: McpContext): Promise<string> {
    for (let count = 0; count < 8; count++) log.info('x'.repeat(100 * KIB));
    return 'done';
  }

  @McpResource({ uri: 'notes://{name}' })
  note(@McpUriParam('name') name: string): string {
    return name;
  }

  release(): void {
    for (const done of this.held.splice(0)) done();
  }
}

/** A call of Mallory's as it goes over a raw connection. @param client of the legacy era */
function rawCall(version: string, name: string, id: number, client: HttpWireClient): string {
  const params = { name, arguments: {} };
  if (version !== MODERN) return rawPost(rpc(id, 'tools/call', params), client.headers);
  const message = modernRpc(id, 'tools/call', params);
  return rawPost(message, { ...mirroringHeaders(message), ...MALLORY });
}

describe('the attacker who wants all of the memory', () => {
  const { start } = appPerTest();

  /** A fair share is a tenth of it. */
  const startSmall = async () => {
    const options = { guards: [HeaderUserGuard], limits: { maxBytes: MAX_BYTES, maxSessions: 10 } };
    const running = await start(metered({ providers: [Archive], options }));
    const events: McpSessionEvent[] = [];
    running.sessions.events$.subscribe((event) => events.push(event));
    const told = (wanted: McpSessionEvent['type']) =>
      events.filter(({ type }) => type === wanted).map(({ session }) => session.principal.subject);
    return { ...running, told, events, archive: running.app.get(Archive) };
  };
  const sse = ({ url }: RunningApp, headers: Record<string, string>) =>
    WireClient.connect(`${url}/sse`, headers);

  it('reads much in many sessions: its kept events are dropped, and those of others are not', async () => {
    const app = await startSmall();
    const ada = await sse(app, ADA);
    await ada.call(1, 'ping');
    const sessions = [await sse(app, MALLORY), await sse(app, MALLORY), await sse(app, MALLORY)];
    for (const session of sessions) for (let id = 0; id < 5; id++) await session.callTool(id, 'large');
    expect(new Set(app.told('trimmed'))).toEqual(new Set(['mallory']));
    expect(app.told('closed')).toEqual([]);
    const scrape = await Scrape.of(app.url);
    expect(scrape.sum('mcp_memory_bytes')).toBeLessThan(MAX_BYTES);
    expect(scrape.sum('mcp_memory_max_bytes')).toBe(MAX_BYTES);
    expect(scrape.sum('mcp_replays_trimmed_total')).toBe(app.told('trimmed').length);
    for (const session of sessions) expect(await session.call('after', 'ping')).toHaveProperty('result');

    const resume = async (client: WireClient, headers: object) => {
      const again = await sse(app, { ...headers, 'last-event-id': client.events[0]!.id! });
      return (await again.sessionId()) === (await client.sessionId());
    };
    expect(await resume(ada, ADA)).toBe(true);
    expect(await resume(sessions[0]!, MALLORY)).toBe(false);
  });

  it('lets much wait in many sessions: they end, and the sessions of others do not', async () => {
    const app = await startSmall();
    const ada = await sse(app, ADA);
    for (let count = 0; count < 3; count++) {
      const session = await sse(app, MALLORY);
      await session.call('first', 'ping');
      session.close();
      await until(async () => !app.sessions.get(await session.sessionId())?.attached);
      for (let id = 0; id < 5; id++) await session.post(rpc(id, 'tools/call', { name: 'large' }));
    }
    expect(await ada.call(1, 'ping')).toHaveProperty('result');
    expect(app.events).toContainEqual(expect.objectContaining({ type: 'closed', reason: 'memory' }));
    expect(new Set(app.told('closed'))).toEqual(new Set(['mallory']));
    const scrape = await Scrape.of(app.url);
    expect(scrape.sum('mcp_memory_bytes')).toBeLessThan(MAX_BYTES);
    expect(scrape.sum('mcp_sessions_closed_total', { reason: 'memory' })).toBe(app.told('closed').length);
  });

  it('has many unstoppable calls in flight: gets 503, and nobody else does', async () => {
    const app = await startSmall();
    const hold = { name: 'hold', _meta: { pad: 'x'.repeat(60 * KIB) } };
    const ada = await sse(app, ADA);
    const mallory = await sse(app, MALLORY);
    const statuses: number[] = [];
    for (let id = 0; id < 20; id++) statuses.push((await mallory.post(rpc(id, 'tools/call', hold))).status);
    expect(statuses.filter((status) => status === 202).length).toBeLessThan(18);
    expect(app.told('closed')).toEqual(['mallory']);

    const again = await sse(app, MALLORY);
    const { status, headers, body } = await again.post(rpc(1, 'ping'));
    expect([status, headers['retry-after']]).toEqual([503, '10']);
    expect(body).toContain('short of memory');
    expect(await ada.call(1, 'ping')).toHaveProperty('result');

    app.archive.release();
    await until(async () => (await again.post(rpc(2, 'ping'))).status === 202);
  });

  it('never ends its posts: the largest are refused, and the posts of others are read', async () => {
    const app = await startSmall();
    const ada = await sse(app, ADA);
    const begin = async () => {
      const connection = await RawConnection.open(app.port);
      await connection.post('/mcp', `x-user: ${MALLORY['x-user']}`, 'accept: */*', 'content-length: 400000');
      await connection.write(`"${'x'.repeat(350_000)}`);
      return connection;
    };
    const connections = await Promise.all([begin(), begin(), begin(), begin()]);
    const [answer] = await Promise.any(connections.map((connection) => connection.until(/HTTP.1.1 (\d+)/)));
    expect(answer).toContain('503');
    expect(await ada.callTool(1, 'echo', { text: 'y'.repeat(300_000) })).toHaveProperty('result');
    for (const connection of connections) connection.close();
    await until(() => app.sessions.memory.bytes < 100 * KIB);
  });

  it.each(['2025-11-25', MODERN])(
    'pipelines calls behind one that takes long, in revision %s: the connection ends when the answers take too much',
    async (version) => {
      const app = await startSmall();
      const ada = await sse(app, ADA);
      const clients = await Promise.all(
        [0, 1].map(() => HttpWireClient.connect(`${app.url}/mcp`, { headers: MALLORY })),
      );
      // The call that takes long is of another session, which holds nothing.
      let ids = 0;
      const call = (name: string, session: number) => rawCall(version, name, ids++, clients[session]!);
      const calls = (count: number) => Array.from({ length: count }, () => call('medium', 1)).join('');
      const connection = await RawConnection.open(app.port);
      await connection.write(call('hold', 0) + calls(4));
      await until(() => app.archive.served === 4);
      await until(() => app.sessions.memory.bytes > 4 * 50 * KIB);
      await connection.write(calls(30));
      expect(await connection.untilClosed()).toBe('');
      expect(await ada.call(1, 'ping')).toHaveProperty('result');
      app.archive.release();
      await until(() => app.sessions.memory.bytes < 50 * KIB);
    },
  );

  it('frees its whole budget when it leaves', async () => {
    const app = await startSmall();
    const ada = await sse(app, ADA);
    await ada.callTool(1, 'shout');
    await ada.call(2, 'resources/subscribe', { uri: 'notes://a' });
    await ada.post(rpc(3, 'tools/call', { name: 'hold' }));
    await ada.post({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 3 } });
    const http = await HttpWireClient.connect(`${app.url}/mcp`, { headers: ADA, version: '2025-03-26' });
    const stream = await http.streamTool(1, 'shout');
    await stream.end();
    await http.call(2, 'tools/call', { name: 'large' });
    await http.post([rpc(3, 'tools/call', { name: 'large' }), rpc(4, 'tools/call', { name: 'large' })]);
    const unread = await http.postForStream(rpc(5, 'tools/call', { name: 'large' }));
    unread.close();
    expect(app.sessions.memory.bytes).toBeGreaterThan(0);
    app.sessions.closeWhere({});
    app.archive.release();
    await until(() => app.sessions.memory.bytes === 0);
  });
});
