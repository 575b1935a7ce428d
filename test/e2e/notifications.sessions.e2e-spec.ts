import { describe, expect, it } from '@jest/globals';
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { McpDuplicateNameError, type McpSessionEvent } from 'nestjs-mcp-sse';
import { connectSdkClient } from '../clients/sdk-client.js';
import { GreetingDto, notificationsOf, notification, settle, runApp } from '../fixtures/notifications.js';

describe('the session service', () => {
  const server = runApp();
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

  it('refuses values that JSON cannot express, and the session continues', async () => {
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

  it('closes a session after its pending messages, ends its stream and leaves the others alone', async () => {
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

  it('reports sessions that open and close', async () => {
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

describe('features that change at run time', () => {
  const server = runApp();

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
    expect(tools).toContainEqual(
      expect.objectContaining({
        name: 'add',
        description: 'Adds',
        inputSchema: expect.objectContaining({ type: 'object' }),
      }),
    );
    expect((await client.callTool(3, 'add', { a: 1, b: 2 }))['result'].structuredContent).toEqual({ sum: 3 });
    expect((await client.callTool(4, 'add', { a: 1 }))['result']).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('b') }],
    });
  });

  it('tell every client of a removed tool, and serve it no more', async () => {
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

  it('include resources and templates', async () => {
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

  it('have unique names: a duplicate is an error and changes nothing', async () => {
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
