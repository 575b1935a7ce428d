import { describe, expect, it } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import { McpConsoleModule, type McpConsoleOptions } from 'nestjs-mcp-sse/console';
import { McpTraffic } from '../../libs/mcp-sse/src/observability/mcp-traffic.js';
import { send, WireClient } from '../clients/wire-client.js';
import { appPerTest } from '../fixtures/app-per-test.js';
import { ConsoleShop } from '../fixtures/console-shop.js';
import {
  ADA,
  BOB,
  connect,
  EVE,
  headersOf,
  idOf,
  listing,
  nextOf,
  OPERATOR,
  watchedShop,
  watching,
  type Json,
  type User,
} from '../fixtures/watch-console.js';

describe('the console', () => {
  const { start } = appPerTest();
  const run = () => start(watchedShop());
  const nextList = (stream: WireClient) => nextOf(stream, 'sessions');
  const nextMessage = (stream: WireClient) => nextOf(stream, 'message');

  it('shows viewers their own sessions, and those of their tenant if they have a role of the options', async () => {
    const app = await run();
    for (const user of [ADA, BOB, EVE, { sub: 'tom' }, undefined]) await connect(app, user);
    const seen = async (user?: User) => {
      const stream = await listing(app, user);
      const { total, sessions } = await nextList(stream);
      stream.close();
      expect(total).toBe(sessions.length);
      return sessions.map(({ principal }: Json) => principal.subject).toSorted();
    };
    expect(await seen(ADA)).toEqual(['ada']);
    expect(await seen({ ...ADA, tenant: 'other' })).toEqual([]);
    expect(await seen({ sub: 'ada' })).toEqual([]);
    expect(await seen(OPERATOR)).toEqual(['ada', 'bob']);
    expect(await seen({ ...OPERATOR, tenant: 'other' })).toEqual(['eve']);
    expect(await seen({ sub: 'olga', roles: ['operator'] })).toEqual(['anonymous', 'tom']);
    // An anonymous principal on a server that authenticates may be anybody.
    expect(await seen()).toEqual([]);
  });

  it('shows no messages of sessions that it does not list', async () => {
    const app = await run();
    const ada = await connect(app, ADA);
    const id = await idOf(app, ADA);
    for (const viewer of [BOB, EVE, { ...OPERATOR, tenant: 'other' }, { sub: 'ada' }, undefined]) {
      const { status } = await send(`${app.url}/console/api/sessions/${id}/messages`, {
        method: 'GET',
        headers: headersOf(viewer),
      });
      expect([viewer, status]).toEqual([viewer, 404]);
    }
    const unknown = await send(`${app.url}/console/api/sessions/${await ada.sessionId()}/messages`, {
      method: 'GET',
      headers: headersOf(ADA),
    });
    expect(unknown.status).toBe(404);
    for (const viewer of [ADA, OPERATOR]) {
      const stream = await watching(app, id, viewer);
      await ada.call(`to ${viewer.sub}`, 'ping');
      expect(await nextMessage(stream)).toMatchObject({ message: { id: `to ${viewer.sub}` } });
      stream.close();
    }
  });

  it('shows the principal, client, age and queue of each session, and never its session id', async () => {
    const app = await run();
    const ada = await connect(app, ADA);
    const stream = await listing(app, ADA);
    const { total, sessions } = await nextList(stream);
    expect({ total, sessions }).toEqual({
      total: 1,
      sessions: [
        {
          id: expect.stringMatching(/^[0-9a-f]{16}$/),
          transport: 'sse',
          principal: { subject: 'ada', tenant: 'acme' },
          client: { name: 'wire', version: '1' },
          protocolVersion: '2024-11-05',
          createdAt: expect.any(Number),
          lastActivityAt: expect.any(Number),
          attached: true,
          inFlight: 0,
          queuedBytes: 0,
        },
      ],
    });
    const bodies = JSON.stringify(stream.events);
    expect(bodies).not.toContain(await ada.sessionId());
    ada.close();
    expect(await nextOf(stream, 'changes')).toMatchObject({
      total: 1,
      changed: [{ attached: false }],
      gone: [],
    });
  });

  it('truncates the names that a client sends', async () => {
    const app = await run();
    const client = await WireClient.connect(`${app.url}/sse`, headersOf(ADA));
    const clientInfo = { name: 'n'.repeat(10_000), version: '1' };
    await client.call(1, 'initialize', { protocolVersion: '2025-06-18', capabilities: {}, clientInfo });
    const stream = await listing(app, ADA);
    const [session] = (await nextList(stream))['sessions'];
    expect(session.client.name.length).toBeLessThan(300);
  });

  it('shows the messages of a session live, in both directions, with sizes and times', async () => {
    const app = await run();
    const ada = await connect(app, ADA);
    const stream = await watching(app, await idOf(app, ADA), ADA);
    const answer = await ada.callTool(7, 'importProducts', { products: 1 });
    const [request, result] = [await nextMessage(stream), await nextMessage(stream)];
    expect(request).toMatchObject({
      from: 'client',
      message: { jsonrpc: '2.0', id: 7, method: 'tools/call', params: { name: 'importProducts' } },
    });
    expect(request).not.toHaveProperty('message.kind');
    expect(result).toMatchObject({ from: 'server', message: answer });
    expect(result['bytes']).toBe(Buffer.byteLength(JSON.stringify(answer)));
    expect(result['time']).toBeGreaterThan(request['time']);
    await ada.post({ jsonrpc: '2.0', method: 'notifications/roots/list_changed' });
    expect(await nextMessage(stream)).toMatchObject({
      message: { method: 'notifications/roots/list_changed' },
    });
  });

  it('hides secrets in members, texts and headers', async () => {
    const app = await run();
    const ada = await connect(app, ADA);
    const stream = await watching(app, await idOf(app, ADA), ADA);
    await ada.callTool(1, 'logIn', { user: 'ada', password: 'hunter2' });
    const [request, result] = [await nextMessage(stream), await nextMessage(stream)];
    expect(request['message'].params.arguments).toEqual({ user: 'ada', password: '[hidden]' });
    expect(result['message'].result.structuredContent).toEqual({
      user: 'ada',
      sessionToken: '[hidden]',
      header: '[hidden]',
    });
    expect(JSON.stringify(stream.events)).not.toMatch(/hunter2|a-token-of-the-shop/);
  });

  it('observes messages only while somebody watches', async () => {
    const app = await run();
    const traffic = app.app.get(McpTraffic, { strict: false });
    await connect(app, ADA);
    const id = await idOf(app, ADA);
    expect(traffic.messages).toBeUndefined();
    await send(`${app.url}/console/api/sessions/${id}/messages`, { method: 'HEAD', headers: headersOf(ADA) });
    expect(traffic.messages).toBeUndefined();
    const streams = [await watching(app, id, ADA), await watching(app, id, OPERATOR)];
    expect(traffic.messages).toBeDefined();
    for (const stream of streams) stream.close();
    // There is no event for what a server has noticed.
    while (traffic.messages) await setImmediate();
    expect(traffic.messages).toBeUndefined();
  });

  it('reports that a session has ended, and ends its stream', async () => {
    const app = await run();
    await connect(app, ADA);
    const stream = await watching(app, await idOf(app, ADA), ADA);
    app.sessions.closeWhere(ADA);
    expect(await nextOf(stream, 'closed')).toEqual({ reason: 'revoked' });
    await stream.end();
  });

  it('ends streams when the token of the viewer expires, and all of them on shutdown', async () => {
    const app = await run();
    const short = { ...ADA, exp: Date.now() / 1_000 + 0.3 };
    const brief = await listing(app, short);
    expect((await nextList(brief))['sessions']).toEqual([]);
    expect(await nextOf(brief, 'ended')).toEqual({ reason: 'expired' });
    await brief.end();
    const streams = [await listing(app, ADA), await listing(app, BOB)];
    const ends = Promise.all(streams.map((stream) => stream.end()));
    await app.app.close();
    await expect(ends).resolves.toHaveLength(2);
  });

  it('buffers little for a viewer who does not read, and reports how much was missed', async () => {
    const app = await run();
    const ada = await connect(app, ADA);
    const stream = await watching(app, await idOf(app, ADA), ADA);
    stream.response.pause();
    const notes = { text: 'x'.repeat(8_000), more: Array(20).fill('y'.repeat(8_000)) };
    const order = { customer: 'C-1', quantity: 1, delivery: { street: 'a' }, notes };
    const calls = 60;
    for (let id = 0; id < calls; id++) await ada.callTool(id, 'placeOrder', order);
    stream.response.resume();
    const counted = () =>
      stream.events.reduce(
        (sum, { event, data }) =>
          sum + (event === 'missed' ? JSON.parse(data!).messages : event === 'message' ? 1 : 0),
        0,
      );
    while (counted() < 2 * calls) await stream.next();
    expect(counted()).toBe(2 * calls);
    expect(stream.events.filter(({ event }) => event === 'message').length).toBeLessThan(calls);
  });
});

describe('a message in the console', () => {
  const { start } = appPerTest();

  const watched = async (options: McpConsoleOptions, call: (client: WireClient) => Promise<unknown>) => {
    const { url } = await start({ imports: [McpConsoleModule.forRoot(options)], providers: [ConsoleShop] });
    const client = await WireClient.connect(`${url}/sse`);
    const list = await WireClient.open(`${url}/console/api/sessions`);
    const { data } = await list.next();
    const { sessions } = JSON.parse(data!) as { sessions: { id: string }[] };
    const stream = await WireClient.open(`${url}/console/api/sessions/${sessions[0]!.id}/messages`);
    await stream.next(({ event }) => event === 'watching');
    await call(client);
    return [await stream.next(), await stream.next()].map(
      ({ data }) => (JSON.parse(data!) as Json)['message'],
    );
  };

  it('lacks the members that the option names', async () => {
    const [request] = await watched({ redact: ['street'] }, (client) =>
      client.callTool(1, 'placeOrder', { customer: 'C-1', quantity: 1, delivery: { street: 'Main 5' } }),
    );
    expect(request.params.arguments.delivery).toEqual({ street: '[hidden]' });
  });

  it('is replaced by the return value of the option, which gets it without secrets', async () => {
    const [request, result] = await watched(
      { redact: ({ params, ...rest }) => ({ ...rest, seen: params }) },
      (client) => client.callTool(1, 'logIn', { user: 'ada', password: 'hunter2' }),
    );
    expect(request.seen.arguments).toEqual({ user: 'ada', password: '[hidden]' });
    expect(result.id).toBe(1);
  });

  it('is reduced to its envelope if that function fails', async () => {
    const redact = () => {
      throw new Error('of the function');
    };
    const [request] = await watched({ redact }, (client) =>
      client.callTool(1, 'logIn', { user: 'ada', password: 'x' }),
    );
    expect(request).toEqual({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      withheld: expect.stringMatching(/^the option "redact" failed \(correlation id .+\)$/),
    });
  });

  it('is reduced to its envelope if it is too large, and long texts are truncated', async () => {
    const many = Object.fromEntries(Array.from({ length: 40_000 }, (_, index) => [`n${index}`, index]));
    const [large] = await watched({}, (client) =>
      client.callTool(1, 'placeOrder', {
        customer: 'C-1',
        quantity: 1,
        delivery: { street: 'a' },
        notes: many,
      }),
    );
    expect(large).toEqual({ jsonrpc: '2.0', id: 1, method: 'tools/call', withheld: 'too large to be shown' });
    const [long] = await watched({}, (client) =>
      client.callTool(1, 'logIn', { user: 'u'.repeat(20_000), password: '' }),
    );
    expect(long.params.arguments.user).toMatch(/^u{8192}… \(11808 more characters\)$/);
  });
});
