import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ToolListChangedNotificationSchema, LoggingLevelSchema } from '@modelcontextprotocol/sdk/types.js';
import { IsString } from 'class-validator';
import { concat, concatMap, interval, map, NEVER, Observable, of, take } from 'rxjs';
import {
  McpContext,
  McpDuplicateNameError,
  McpPrompt,
  McpRegistry,
  McpResource,
  McpTool,
  McpUriParam,
  progress,
  type McpSessionEvent,
} from 'nestjs-mcp-sse';
import { connectSdkClient } from '../clients/sdk-client.js';
import { WireClient } from '../clients/wire-client.js';
import { describeOnAdapters, type AdapterName } from '../fixtures/adapters.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';

const LEVELS = LoggingLevelSchema.options;

class GreetingDto {
  @IsString()
  name!: string;
}

@Injectable()
class Features {
  /** What happened to calls, in order. */
  readonly ends: string[] = [];
  private context?: McpContext;

  @McpTool()
  greet({ name }: GreetingDto): string {
    return `Hello ${name}`;
  }

  @McpTool()
  logAll(ctx: McpContext): string {
    for (const level of LEVELS) ctx.log[level]({ level }, `${level}-logger`);
    return 'logged';
  }

  @McpTool()
  work(ctx: McpContext): string {
    for (const done of [1, 1, 0.5, 2, NaN, 2.5, -1, Infinity, 2.5, 3]) ctx.progress(done, 3, `step ${done}`);
    ctx.progress(4, Infinity);
    return 'worked';
  }

  /** Keeps its context to speak by it after the answer. */
  @McpTool()
  keep(ctx: McpContext): string {
    this.context = ctx;
    return 'kept';
  }

  speakLate(): void {
    this.context!.progress(1);
    this.context!.log.error('late');
    this.context!.notify('notifications/late');
  }

  @McpTool()
  observed(): Observable<unknown> {
    return interval(1).pipe(
      take(4),
      map((index) => (index < 3 ? progress(index + 1, 3) : { done: true })),
    );
  }

  @McpTool()
  async *generated(): AsyncGenerator<unknown> {
    yield progress(1, 2, 'half');
    yield 'not the last value';
    yield progress(2, 2);
    yield 'done';
  }

  @McpTool()
  waitForAbort(ctx: McpContext): Promise<string> {
    ctx.log.info('started');
    return new Promise((resolve) => {
      ctx.signal.addEventListener('abort', () => {
        this.ends.push(`aborted: ${(ctx.signal.reason as Error).message}`);
        ctx.log.info('after the abort');
        ctx.progress(1);
        resolve('too late');
      });
    });
  }

  @McpTool()
  observeForEver(): Observable<unknown> {
    return new Observable((subscriber) => {
      subscriber.next(progress(1));
      return () => this.ends.push('unsubscribed');
    });
  }

  @McpTool()
  async *generateForEver(): AsyncGenerator<unknown> {
    try {
      for (let done = 1; ; done++) {
        yield progress(done);
        await setImmediate();
      }
    } finally {
      this.ends.push('returned');
    }
  }

  @McpResource({ uri: 'endless://{id}' })
  endless(@McpUriParam('id') id: string, ctx: McpContext): Observable<unknown> {
    ctx.signal.addEventListener('abort', () => this.ends.push(`resource ${id} aborted`));
    return concat(of(progress(1)), NEVER);
  }

  @McpPrompt()
  async *endlessPrompt(ctx: McpContext): AsyncGenerator<unknown> {
    yield progress(1);
    await new Promise((resolve) => ctx.signal.addEventListener('abort', resolve));
    this.ends.push('prompt aborted');
    yield 'too late';
  }

  /** Its source is asked for the next value only while the call lives. */
  @McpTool()
  pulled(): Observable<unknown> {
    return interval(1).pipe(concatMap(async (index) => progress(index + 1)));
  }
}

/** A guard as applications have it: whom the header names. */
@Injectable()
class UserGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const http: { headers: Record<string, string>; user?: object } = context.switchToHttp().getRequest();
    if (http.headers['x-user']) http.user = { sub: http.headers['x-user'] };
    return true;
  }
}

function notificationsOf(client: WireClient, method: string): Record<string, any>[] {
  return client.events
    .filter(({ event }) => event === 'message')
    .map(({ data }) => JSON.parse(data!) as Record<string, any>)
    .filter((message) => message['method'] === method)
    .map((message) => message['params']);
}

async function notification(client: WireClient, method: string): Promise<Record<string, any>> {
  for (;;) {
    const message = await client.message();
    if (message['method'] === method) return message;
  }
}

/** Everything that was sent before it is there once this is answered. */
async function settle(...clients: WireClient[]): Promise<void> {
  for (const client of clients) await client.call('settle', 'ping');
}

/** An application for each test. */
function runApp(adapter: AdapterName): {
  readonly running: RunningApp;
  readonly registry: McpRegistry;
  readonly features: Features;
  connect(user?: string): Promise<WireClient>;
} {
  let running: RunningApp;
  beforeEach(async () => {
    running = await startApp({ adapter, providers: [Features], options: { guards: [UserGuard] } });
  });
  afterEach(() => running.close());
  return {
    get running() {
      return running;
    },
    get registry() {
      return running.app.get(McpRegistry);
    },
    get features() {
      return running.app.get(Features);
    },
    connect: (user) => WireClient.connect(`${running.url}/sse`, user === undefined ? {} : { 'x-user': user }),
  };
}

describeOnAdapters('the session service', (adapter) => {
  const server = runApp(adapter);
  const METHOD = 'notifications/orders/changed';

  it('notifies one session', async () => {
    const [one, other] = [await server.connect(), await server.connect()];
    const { sessions } = server.running;
    expect(sessions.notify(await one.sessionId(), METHOD, { order: 7 })).toBe(true);
    expect(await one.message()).toEqual({ jsonrpc: '2.0', method: METHOD, params: { order: 7 } });
    sessions.get(await one.sessionId())!.notify(METHOD);
    expect(await one.message()).toEqual({ jsonrpc: '2.0', method: METHOD });
    expect(sessions.notify('unknown', METHOD)).toBe(false);
    await settle(other);
    expect(notificationsOf(other, METHOD)).toEqual([]);
  });

  it('refuses what has no JSON, and the session lives on', async () => {
    const client = await server.connect();
    const { sessions } = server.running;
    const id = await client.sessionId();
    expect(() => sessions.notify(id, METHOD, { order: 7n })).toThrow(TypeError);
    expect(() => sessions.broadcast(METHOD, { order: 7n })).toThrow(TypeError);
    await settle(client);
    expect(notificationsOf(client, METHOD)).toEqual([]);
  });

  it('notifies all sessions, in order', async () => {
    const clients = [await server.connect(), await server.connect('ada'), await server.connect('bob')];
    for (let order = 0; order < 100; order++)
      expect(server.running.sessions.broadcast(METHOD, { order })).toBe(3);
    await settle(...clients);
    for (const client of clients)
      expect(notificationsOf(client, METHOD).map(({ order }) => order as number)).toEqual(
        Array.from({ length: 100 }, (_, order) => order),
      );
  });

  it('notifies the sessions that match', async () => {
    const [ada, bob, ada2] = [
      await server.connect('ada'),
      await server.connect('bob'),
      await server.connect('ada'),
    ];
    const isAdas = ({ principal }: { principal: { subject: string } }) => principal.subject === 'ada';
    expect(server.running.sessions.broadcast(METHOD, { secret: 1 }, isAdas)).toBe(2);
    expect(server.running.sessions.broadcast(METHOD, {}, () => false)).toBe(0);
    await settle(ada, bob, ada2);
    expect(notificationsOf(ada, METHOD)).toEqual([{ secret: 1 }]);
    expect(notificationsOf(ada2, METHOD)).toEqual([{ secret: 1 }]);
    expect(notificationsOf(bob, METHOD)).toEqual([]);
  });

  it('sends what came before it closes a session, ends its stream and leaves the others alone', async () => {
    const [one, other] = [await server.connect(), await server.connect()];
    const { sessions } = server.running;
    const id = await one.sessionId();
    sessions.notify(id, METHOD, { order: 1 });
    expect(sessions.close(id)).toBe(true);
    expect(sessions.close(id)).toBe(false);
    expect(sessions.notify(id, METHOD)).toBe(false);
    expect(sessions.get(id)).toBeUndefined();
    await one.end();
    expect(notificationsOf(one, METHOD)).toEqual([{ order: 1 }]);
    await settle(other);
    expect(sessions.sessions.map((session) => session.id)).toEqual([await other.sessionId()]);
  });

  it('tells of sessions that open and close', async () => {
    const events: McpSessionEvent[] = [];
    const { sessions } = server.running;
    sessions.events$.subscribe((event) => events.push(event));
    const client = await server.connect('ada');
    const id = await client.sessionId();
    expect(events).toEqual([{ type: 'opened', session: sessions.get(id) }]);
    expect(sessions.get(id)).toMatchObject({
      id: expect.stringMatching(/^[\w-]{22}$/),
      transport: 'sse',
      principal: { subject: 'ada' },
      attached: true,
      inFlight: 0,
    });
    await client.initialize();
    expect(sessions.get(id)).toMatchObject({
      protocolVersion: '2024-11-05',
      clientInfo: { name: 'wire', version: '1' },
    });
    const session = sessions.get(id);
    sessions.close(id, 'server');
    expect(events.slice(1)).toEqual([{ type: 'closed', session, reason: 'server', orphaned: 0 }]);
  });
});

describeOnAdapters('features that change at run time', (adapter) => {
  const server = runApp(adapter);

  it('are announced as changing', async () => {
    const client = await server.connect();
    const { result } = await client.initialize();
    expect(result.capabilities).toMatchObject({
      tools: { listChanged: true },
      resources: { listChanged: true },
      prompts: { listChanged: true },
    });
  });

  it('tell every client of a new tool, list it and call it', async () => {
    const [client, other] = [await server.connect(), await server.connect()];
    const before = (await client.call(1, 'tools/list'))['result'].tools.length as number;
    server.registry.addTool<{ a: number; b: number }>(
      {
        name: 'add',
        description: 'Adds',
        input: {
          type: 'object',
          properties: { a: { type: 'number' }, b: { type: 'number' } },
          required: ['a', 'b'],
        },
      },
      ({ a, b }, ctx) => {
        ctx.progress(1);
        return { sum: a + b };
      },
    );
    for (const told of [client, other])
      expect(await notification(told, 'notifications/tools/list_changed')).toEqual({
        jsonrpc: '2.0',
        method: 'notifications/tools/list_changed',
      });
    const { tools } = (await client.call(2, 'tools/list'))['result'];
    expect(tools).toHaveLength(before + 1);
    expect(tools.at(-1)).toMatchObject({ name: 'add', description: 'Adds', inputSchema: { type: 'object' } });
    expect((await client.callTool(3, 'add', { a: 1, b: 2 }))['result'].structuredContent).toEqual({ sum: 3 });
    expect((await client.callTool(4, 'add', { a: 1 }))['result']).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('b') }],
    });
  });

  it('tell every client of a tool that is gone, and serve it no more', async () => {
    const client = await server.connect();
    expect(server.registry.removeTool('greet')).toBe(true);
    await notification(client, 'notifications/tools/list_changed');
    const { tools } = (await client.call(1, 'tools/list'))['result'];
    expect(tools.map(({ name }: { name: string }) => name)).not.toContain('greet');
    expect(await client.callTool(2, 'greet', { name: 'Ada' })).toMatchObject({ error: { code: -32602 } });
    expect(server.registry.removeTool('greet')).toBe(false);
    await settle(client);
    expect(notificationsOf(client, 'notifications/tools/list_changed')).toHaveLength(1);
  });

  it('let a call that runs end when its tool is removed', async () => {
    const client = await server.connect();
    let release = () => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    server.registry.addTool({ name: 'slow' }, async (_args, ctx) => {
      ctx.log.info('started');
      await released;
      return 'done';
    });
    await client.post({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'slow' } });
    await notification(client, 'notifications/message');
    server.registry.removeTool('slow');
    release();
    expect(await client.answer(1)).toMatchObject({ result: { content: [{ text: 'done' }] } });
  });

  it('include resources and templates of them', async () => {
    const client = await server.connect();
    expect((await client.call(1, 'resources/list'))['result']).toEqual({ resources: [] });
    server.registry.addResource({ uri: 'notes://first', name: 'first' }, () => 'the first note');
    await notification(client, 'notifications/resources/list_changed');
    server.registry.addResource({ uri: 'notes://{year}/{id}', name: 'notes' }, ({ year, id }) => ({
      year,
      id,
    }));
    await notification(client, 'notifications/resources/list_changed');

    expect((await client.call(2, 'resources/list'))['result']).toEqual({
      resources: [{ uri: 'notes://first', name: 'first' }],
    });
    const { resourceTemplates } = (await client.call(3, 'resources/templates/list'))['result'];
    expect(resourceTemplates).toContainEqual({ uriTemplate: 'notes://{year}/{id}', name: 'notes' });
    expect((await client.call(4, 'resources/read', { uri: 'notes://first' }))['result'].contents).toEqual([
      { uri: 'notes://first', mimeType: 'text/plain', text: 'the first note' },
    ]);
    expect((await client.call(5, 'resources/read', { uri: 'notes://2026/7' }))['result'].contents).toEqual([
      { uri: 'notes://2026/7', mimeType: 'application/json', text: '{"year":"2026","id":"7"}' },
    ]);

    expect(server.registry.removeResource('notes://first')).toBe(true);
    await notification(client, 'notifications/resources/list_changed');
    expect((await client.call(6, 'resources/list'))['result']).toEqual({ resources: [] });
    expect(await client.call(7, 'resources/read', { uri: 'notes://first' })).toMatchObject({
      error: { code: -32002 },
    });
    expect(server.registry.removeResource('notes://{year}/{id}')).toBe(true);
    await notification(client, 'notifications/resources/list_changed');
    expect(await client.call(8, 'resources/read', { uri: 'notes://2026/7' })).toMatchObject({
      error: { code: -32002 },
    });
  });

  it('include prompts', async () => {
    const client = await server.connect();
    server.registry.addPrompt<GreetingDto>(
      { name: 'welcome', args: GreetingDto },
      ({ name }) => `Welcome ${name}`,
    );
    await notification(client, 'notifications/prompts/list_changed');
    const { prompts } = (await client.call(1, 'prompts/list'))['result'];
    expect(prompts).toContainEqual({ name: 'welcome', arguments: [{ name: 'name', required: true }] });
    const get = { name: 'welcome', arguments: { name: 'Ada' } };
    expect((await client.call(2, 'prompts/get', get))['result'].messages).toEqual([
      { role: 'user', content: { type: 'text', text: 'Welcome Ada' } },
    ]);
    expect(await client.call(3, 'prompts/get', { name: 'welcome' })).toMatchObject({
      error: { code: -32602 },
    });
    expect(server.registry.removePrompt('welcome')).toBe(true);
    await notification(client, 'notifications/prompts/list_changed');
    expect(await client.call(4, 'prompts/get', get)).toMatchObject({ error: { code: -32602 } });
  });

  it('have names of their own: a duplicate is an error and changes nothing', async () => {
    const client = await server.connect();
    const { registry } = server;
    registry.addResource({ uri: 'notes://first', name: 'first' }, () => '');
    registry.addPrompt({ name: 'welcome' }, () => '');
    await notification(client, 'notifications/prompts/list_changed');
    const duplicates = [
      () => registry.addTool({ name: 'greet' }, () => 'other'),
      () => registry.addResource({ uri: 'notes://first', name: 'second' }, () => ''),
      () => registry.addPrompt({ name: 'welcome' }, () => ''),
    ];
    for (const add of duplicates) expect(add).toThrow(McpDuplicateNameError);
    expect(duplicates[0]).toThrow(/"greet".*Features\.greet.*run time/);
    expect((await client.callTool(1, 'greet', { name: 'Ada' }))['result'].content[0].text).toBe('Hello Ada');
    expect(notificationsOf(client, 'notifications/tools/list_changed')).toEqual([]);
    expect(notificationsOf(client, 'notifications/resources/list_changed')).toHaveLength(1);
    expect(notificationsOf(client, 'notifications/prompts/list_changed')).toHaveLength(1);
  });

  it('reach the SDK client', async () => {
    const client = await connectSdkClient(`${server.running.url}/sse`);
    const changed = new Promise<void>((resolve) =>
      client.setNotificationHandler(ToolListChangedNotificationSchema, () => resolve()),
    );
    server.registry.addTool({ name: 'added' }, () => 'added');
    await changed;
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toContain('added');
    expect(await client.callTool({ name: 'added' })).toEqual({ content: [{ type: 'text', text: 'added' }] });
    await client.close();
  });
});

describeOnAdapters('log messages', (adapter) => {
  const server = runApp(adapter);
  const levelsOf = (client: WireClient) =>
    notificationsOf(client, 'notifications/message').map(({ level }) => level as string);

  it('are sent at every level before the client says which, ahead of the answer', async () => {
    const client = await server.connect();
    await client.callTool(1, 'logAll');
    expect(notificationsOf(client, 'notifications/message')).toEqual(
      LEVELS.map((level) => ({ level, logger: `${level}-logger`, data: { level } })),
    );
  });

  it.each(LEVELS.map((level, index) => [level, LEVELS.slice(index)] as const))(
    'are sent from the level on that the client sets: %s',
    async (level, expected) => {
      const [client, other] = [await server.connect(), await server.connect()];
      expect(await client.call(1, 'logging/setLevel', { level })).toEqual({
        jsonrpc: '2.0',
        id: 1,
        result: {},
      });
      await client.callTool(2, 'logAll');
      await other.callTool(2, 'logAll');
      expect(levelsOf(client)).toEqual(expected);
      expect(levelsOf(other)).toEqual(LEVELS);
    },
  );

  it.each([{ level: 'loud' }, { level: 'INFO' }, { level: 3 }, { level: null }, {}])(
    'keep their level where the client sets one that does not exist: %j',
    async (params) => {
      const client = await server.connect();
      await client.call(1, 'logging/setLevel', { level: 'alert' });
      expect(await client.call(2, 'logging/setLevel', params)).toMatchObject({ error: { code: -32602 } });
      await client.callTool(3, 'logAll');
      expect(levelsOf(client)).toEqual(['alert', 'emergency']);
    },
  );
});

describeOnAdapters('progress', (adapter) => {
  const server = runApp(adapter);
  const METHOD = 'notifications/progress';
  const call = async (client: WireClient, id: unknown, name: string, progressToken: unknown) => {
    const { result } = await client.call(id, 'tools/call', { name, _meta: { progressToken } });
    return result as Record<string, unknown>;
  };

  it.each(['token', '', 0, 7, -1])('is sent with the token of the request: %j', async (progressToken) => {
    const client = await server.connect();
    expect(await call(client, 1, 'work', progressToken)).toMatchObject({ content: [{ text: 'worked' }] });
    expect(notificationsOf(client, METHOD)).toEqual([
      ...[1, 2, 2.5, 3].map((done) => ({ progressToken, progress: done, total: 3, message: `step ${done}` })),
      { progressToken, progress: 4 },
    ]);
  });

  it.each([undefined, null, {}, true])('is not sent where the token is %j', async (progressToken) => {
    const client = await server.connect();
    expect(await call(client, 1, 'work', progressToken)).toMatchObject({ content: [{ text: 'worked' }] });
    expect(await client.callTool(2, 'observed')).toHaveProperty('result');
    expect(notificationsOf(client, METHOD)).toEqual([]);
  });

  it('comes of an Observable, whose last value is the result', async () => {
    const client = await server.connect();
    expect(await call(client, 1, 'observed', 'a')).toMatchObject({ structuredContent: { done: true } });
    expect(notificationsOf(client, METHOD)).toEqual(
      [1, 2, 3].map((done) => ({ progressToken: 'a', progress: done, total: 3 })),
    );
  });

  it('comes of an async generator, whose last value is the result', async () => {
    const client = await server.connect();
    expect(await call(client, 1, 'generated', 'a')).toMatchObject({ content: [{ text: 'done' }] });
    expect(notificationsOf(client, METHOD)).toEqual([
      { progressToken: 'a', progress: 1, total: 2, message: 'half' },
      { progressToken: 'a', progress: 2, total: 2 },
    ]);
  });

  it('goes with each of two calls that run at once', async () => {
    const client = await server.connect();
    for (const id of ['a', 'b'])
      await client.post({
        jsonrpc: '2.0',
        id,
        method: 'tools/call',
        params: { name: 'observed', _meta: { progressToken: id } },
      });
    for (let answers = 0; answers < 2; answers++)
      await client.next(({ data }) => /"id":"[ab]"/.test(data ?? ''));
    for (const token of ['a', 'b']) {
      const own = notificationsOf(client, METHOD).filter(({ progressToken }) => progressToken === token);
      expect(own.map(({ progress: done }) => done as number)).toEqual([1, 2, 3]);
    }
  });

  it('is not sent after the answer, nor is anything else of the call', async () => {
    const client = await server.connect();
    await call(client, 1, 'keep', 'a');
    server.features.speakLate();
    await settle(client);
    expect(notificationsOf(client, METHOD)).toEqual([]);
    expect(notificationsOf(client, 'notifications/message')).toEqual([]);
    expect(notificationsOf(client, 'notifications/late')).toEqual([]);
  });
});

describeOnAdapters('cancelling a request', (adapter) => {
  const server = runApp(adapter);

  const begin = async (client: WireClient, method: string, params: object, signOfLife: string) => {
    await client.post({
      jsonrpc: '2.0',
      id: 1,
      method,
      params: { ...params, _meta: { progressToken: 'token' } },
    });
    await notification(client, signOfLife);
  };
  const cancel = (client: WireClient, requestId: unknown, reason?: string) =>
    client.post({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId, reason } });
  const messageCount = (client: WireClient) =>
    client.events.filter(({ event }) => event === 'message').length;

  it('aborts its signal with the reason, and nothing more of it is sent', async () => {
    const client = await server.connect();
    await begin(client, 'tools/call', { name: 'waitForAbort' }, 'notifications/message');
    expect((await cancel(client, 1, 'no longer needed')).status).toBe(202);
    expect(server.features.ends).toEqual(['aborted: no longer needed']);
    await settle(client);
    expect(messageCount(client)).toBe(2);
  });

  it.each([
    ['unsubscribes from an Observable', 'tools/call', { name: 'observeForEver' }, 'unsubscribed'],
    ['returns from an async generator', 'tools/call', { name: 'generateForEver' }, 'returned'],
    ['aborts the read of a resource', 'resources/read', { uri: 'endless://7' }, 'resource 7 aborted'],
    ['aborts a prompt', 'prompts/get', { name: 'endlessPrompt' }, 'prompt aborted'],
  ])('%s', async (_what, method, params, end) => {
    const client = await server.connect();
    await begin(client, method, params, 'notifications/progress');
    const session = server.running.sessions.get(await client.sessionId())!;
    expect(session.inFlight).toBe(1);
    await cancel(client, 1);
    expect(session.inFlight).toBe(0);
    while (server.features.ends.length === 0) await setImmediate();
    expect(server.features.ends).toEqual([end]);
    await settle(client);
    const count = messageCount(client);
    await settle(client);
    expect(messageCount(client)).toBe(count + 1);
    expect(client.events.filter(({ data }) => data?.includes('"id":1,'))).toEqual([]);
  });

  it('does nothing to one that is answered, unknown, or of another session', async () => {
    const [client, other] = [await server.connect(), await server.connect()];
    expect(await client.callTool(2, 'greet', { name: 'Ada' })).toHaveProperty('result');
    await begin(client, 'tools/call', { name: 'waitForAbort' }, 'notifications/message');
    for (const [canceller, id] of [
      [client, 2],
      [client, '1'],
      [other, 1],
    ] as const)
      expect((await cancel(canceller, id)).status).toBe(202);
    await settle(client, other);
    expect(server.features.ends).toEqual([]);
    await cancel(client, 1);
    expect(server.features.ends).toHaveLength(1);
  });

  it('stops it when the SDK client does it', async () => {
    const client = await connectSdkClient(`${server.running.url}/sse`);
    const abort = new AbortController();
    const called = client.callTool({ name: 'pulled' }, undefined, {
      signal: abort.signal,
      onprogress: () => abort.abort('enough'),
    });
    await expect(called).rejects.toThrow('enough');
    const [session] = server.running.sessions.sessions;
    while (session!.inFlight > 0) await setImmediate();
    await expect(client.ping()).resolves.toEqual({});
    await client.close();
  });

  it('happens when the session is closed: the call is aborted, and answered by an error', async () => {
    const client = await server.connect();
    await begin(client, 'tools/call', { name: 'generateForEver' }, 'notifications/progress');
    server.running.sessions.close(await client.sessionId());
    expect(await client.answer(1)).toMatchObject({ error: { code: -32000 } });
    await client.end();
    while (server.features.ends.length === 0) await setImmediate();
    expect(server.features.ends).toEqual(['returned']);
  });
});
