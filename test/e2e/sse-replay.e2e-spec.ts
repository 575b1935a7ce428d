import { afterEach, expect, it } from '@jest/globals';
import { Injectable, UnauthorizedException, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { McpSessionEvent, McpSseModuleOptions } from 'nestjs-mcp-sse';
import { WireClient } from '../clients/wire-client.js';
import { describeOnEveryAdapter } from '../fixtures/adapters.js';
import { Stage } from '../fixtures/stage.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';

@Injectable()
class UserGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest();
    if (!request.headers['x-user']) throw new UnauthorizedException();
    request.user = { id: request.headers['x-user'] };
    return true;
  }
}

const perform = (id: unknown) => ({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'perform' } });

describeOnEveryAdapter('a lost HTTP+SSE stream', (adapter) => {
  let running: RunningApp;
  let stage: Stage;
  const events: McpSessionEvent[] = [];

  async function start(options: Partial<McpSseModuleOptions> = {}): Promise<void> {
    running = await startApp({ adapter, providers: [Stage], options });
    stage = running.app.get(Stage);
    events.length = 0;
    running.sessions.events$.subscribe((event) => events.push(event));
  }

  const open = (headers?: Record<string, string>, path = 'sse') =>
    WireClient.open(`${running.url}/${path}`, headers);

  const connect = async (headers?: Record<string, string>) => {
    const client = await open(headers);
    await client.endpoint();
    return client;
  };

  /** What the client has read of messages: the data of logs, the text of results. */
  const contents = ({ events: read }: WireClient) =>
    read
      .filter(({ event }) => event === 'message')
      .map(({ data }) => JSON.parse(data!) as Record<string, any>)
      .map(({ params, result, error }) => params?.data ?? result?.content?.[0]?.text ?? error ?? result);

  const eventOf = (type: McpSessionEvent['type']) =>
    new Promise<McpSessionEvent>((resolve) =>
      running.sessions.events$.subscribe((event) => event.type === type && resolve(event)),
    );

  /** Resolves when the server has noticed that a session's client is gone. */
  async function detached(id: string): Promise<void> {
    while (running.sessions.get(id)?.attached) await new Promise((resolve) => setImmediate(resolve));
  }

  afterEach(() => running.close());

  it('continues where it ended: endpoint, missed events, then live events, in order and once', async () => {
    await start();
    const client = await connect();
    const sessionId = await client.sessionId();
    await client.post(perform('a'));
    const act = await stage.next();
    for (const data of [1, 2, 3]) act.context.log.info(data);
    await client.message();
    const seen = await client.next(({ event }) => event === 'message');
    await client.message();
    client.reset();
    await detached(sessionId);
    for (const data of [4, 5]) act.context.log.info(data);

    const again = await open({ 'last-event-id': seen.id! });
    const first = await again.next();
    expect(first).toMatchObject({ event: 'endpoint', id: seen.id });
    expect(await again.sessionId()).toBe(sessionId);
    expect([await again.message(), await again.message(), await again.message()]).toMatchObject(
      [3, 4, 5].map((data) => ({ params: { data } })),
    );
    act.context.log.info(6);
    act.resolve('done');
    expect(await again.answer('a')).toMatchObject({ result: { content: [{ text: 'done' }] } });
    expect(contents(again)).toEqual([3, 4, 5, 6, 'done']);
    const ids = again.events.filter(({ event }) => event === 'message').map(({ id }) => id);
    expect(new Set(ids).size).toBe(5);
    expect(events.map(({ type }) => type)).toEqual(['opened', 'resumed']);
    again.close();
  });

  it('does not end running calls, and their answers wait for the client', async () => {
    await start();
    const client = await connect();
    const { id } = await client.next(({ event }) => event === 'endpoint').catch(() => client.events[0]!);
    await client.post(perform('a'));
    const act = await stage.next();
    client.close();
    await detached(await client.sessionId());
    expect(act.context.signal.aborted).toBe(false);
    act.resolve('done');
    const again = await open({ 'last-event-id': id! });
    expect(await again.answer('a')).toMatchObject({ result: { content: [{ text: 'done' }] } });
    again.close();
  });

  it('replaces a connection that still seems open', async () => {
    await start();
    const client = await connect();
    const again = await open({ 'last-event-id': client.events[0]!.id! });
    await client.end();
    expect(await again.sessionId()).toBe(await client.sessionId());
    expect(await again.callTool('a', 'nothing')).toHaveProperty('error');
    expect(contents(client)).toEqual([]);
    again.close();
  });

  it('is given to nobody else: another principal, another path, or an invalid id', async () => {
    await start({ guards: [UserGuard], sse: { path: ':area/sse', messagesPath: ':area/messages' } });
    const ada = await WireClient.connect(`${running.url}/acme/sse`, { 'x-user': 'ada' });
    const id = ada.events[0]!.id!;
    const [sessionId] = id.split('.');
    const attempts: [string, string, string][] = [
      ['bob', 'acme/sse', id],
      ['ada', 'umbrella/sse', id],
      ['ada', 'acme/sse', `${sessionId}.zz`],
      ['ada', 'acme/sse', `${sessionId}`],
      ['ada', 'acme/sse', `${id}.1`],
      ['ada', 'acme/sse', 'x'.repeat(5_000)],
    ];
    for (const [user, path, lastEventId] of attempts) {
      const other = await WireClient.open(`${running.url}/${path}`, {
        'x-user': user,
        'last-event-id': lastEventId,
      });
      expect(other.response.statusCode).toBe(200);
      expect(await other.sessionId()).not.toBe(sessionId);
      other.close();
    }
    expect(await ada.callTool(1, 'nothing')).toHaveProperty('error');
    ada.close();
  });

  it('is replaced by a new session if too much was lost', async () => {
    await start({ replay: { maxEvents: 2 } });
    const client = await connect();
    const [{ id }] = client.events as [{ id: string }];
    await client.post(perform('a'));
    const act = await stage.next();
    for (const data of [1, 2, 3]) act.context.log.info(data);
    for (const data of [1, 2, 3]) expect(await client.message()).toMatchObject({ params: { data } });
    const again = await open({ 'last-event-id': id });
    expect(await again.sessionId()).not.toBe(await client.sessionId());
    client.close();
    again.close();
  });

  it('ends with its session when too much waits, and the client is told', async () => {
    await start({ replay: { maxEvents: 10 } });
    const client = await connect();
    const [{ id }] = client.events as [{ id: string }];
    await client.post(perform('a'));
    const act = await stage.next();
    client.close();
    await detached(await client.sessionId());
    const closed = eventOf('closed');
    for (let data = 0; data < 20; data++) act.context.log.info(data);
    expect(await closed).toMatchObject({ reason: 'slow-client', orphaned: 1 });
    expect(act.context.signal.aborted).toBe(true);
    const again = await open({ 'last-event-id': id });
    expect(await again.sessionId()).not.toBe(await client.sessionId());
    again.close();
  });

  it('is cut if its client does not read, and can be resumed without loss', async () => {
    await start({ sse: { maxQueuedBytes: 200_000 }, replay: { maxBytes: 64 * 1024 * 1024 } });
    const client = await connect();
    const [{ id }] = client.events as [{ id: string }];
    await client.post(perform('a'));
    const act = await stage.next();
    client.response.pause();
    const cut = eventOf('cut');
    const chunk = 'x'.repeat(60_000);
    let sent = 0;
    for (; running.sessions.sessions[0]!.attached && sent < 500; sent++) {
      act.context.log.info(`${sent} ${chunk}`);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await cut).toMatchObject({ session: { attached: false } });
    act.resolve('done');
    const again = await open({ 'last-event-id': id });
    await again.answer('a');
    expect(contents(again).map((content) => String(content).split(' ')[0])).toEqual([
      ...Array.from({ length: sent }, (_, index) => String(index)),
      'done',
    ]);
    again.close();
  });

  it('gets a new session if its client comes back without an id, and the old one is reported', async () => {
    await start({ sse: { graceMs: 50 } });
    const client = await connect();
    await client.post(perform('unanswered'));
    await client.post(perform('unread'));
    await stage.next();
    const act = await stage.next();
    const closed = eventOf('closed');
    client.close();
    await detached(await client.sessionId());
    act.resolve('done');
    const again = await connect();
    await again.post(perform('a'));
    (await stage.next()).resolve('new');
    expect(await again.answer('a')).toMatchObject({ result: { content: [{ text: 'new' }] } });
    expect(await closed).toMatchObject({ reason: 'grace-expired', orphaned: 2 });
    again.close();
  });

  it('loses and repeats nothing however often it breaks, while messages come', async () => {
    await start();
    let client = await connect();
    await client.post(perform('a'));
    const act = await stage.next();
    const total = 2_000;
    let sent = 0;
    const writer = setInterval(() => {
      for (let burst = 0; burst < 20 && sent < total; burst++) act.context.log.info(sent++);
      if (sent === total) {
        clearInterval(writer);
        act.resolve('done');
      }
    }, 2);
    const read: unknown[] = [];
    let lastEventId = client.events[0]!.id!;
    while (read.at(-1) !== 'done') {
      const stretch = 1 + ((read.length * 7919) % 97);
      for (let count = 0; count < stretch && read.at(-1) !== 'done'; count++) {
        const event = await client.next(({ event: name }) => name === 'message');
        const { params, result } = JSON.parse(event.data!) as Record<string, any>;
        read.push(params?.data ?? result.content[0].text);
        lastEventId = event.id!;
      }
      client.reset();
      client = await open({ 'last-event-id': lastEventId });
    }
    expect(read).toEqual([...Array.from({ length: total }, (_, index) => index), 'done']);
    client.close();
  }, 30_000);
});
