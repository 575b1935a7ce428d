import { describe, expect, it } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import { McpTraffic } from '../../libs/mcp-sse/src/observability/mcp-traffic.js';
import { ModernWireClient } from '../clients/modern-wire-client.js';
import { send, WireClient } from '../clients/wire-client.js';
import { appPerTest } from '../fixtures/app-per-test.js';
import type { RunningApp } from '../fixtures/start-app.js';
import {
  ADA,
  BOB,
  connect,
  EVE,
  headersOf,
  idOf,
  nextOf,
  OPERATOR,
  watchedShop,
  watching,
  type Json,
  type User,
} from '../fixtures/watch-console.js';

type App = Pick<RunningApp, 'url'>;

const client = ({ url }: App, user?: User) => new ModernWireClient(`${url}/mcp`, headersOf(user));
const nextMessage = (stream: WireClient) => nextOf(stream, 'message');
const messagesOf = ({ events }: WireClient): Json[] =>
  events.filter(({ event }) => event === 'message').map(({ data }) => JSON.parse(data!) as Json);

/** Opens the stream of the requests without a session that a user may see. */
async function watchingRequests({ url }: App, user?: User): Promise<WireClient> {
  const stream = await WireClient.open(`${url}/console/api/requests`, headersOf(user));
  if (stream.response.statusCode === 200) await nextOf(stream, 'watching');
  return stream;
}

describe('the console, of requests without a session,', () => {
  const { start } = appPerTest();
  const run = () => start(watchedShop());

  it('shows the messages of both directions, with their client and the correlation id of the request', async () => {
    const app = await run();
    const stream = await watchingRequests(app, ADA);
    const answer = await client(app, ADA).callTool('importProducts', { products: 1 });
    const [request, result] = [await nextMessage(stream), await nextMessage(stream)];
    const always = {
      request: expect.stringMatching(/^[\w-]{36}$/),
      principal: { subject: 'ada', tenant: 'acme' },
      client: { name: 'wire', version: '1.0.0' },
      time: expect.any(Number),
      bytes: expect.any(Number),
    };
    expect(request).toEqual({
      ...always,
      from: 'client',
      message: expect.objectContaining({ jsonrpc: '2.0', id: 1, method: 'tools/call' }),
    });
    expect(request).not.toHaveProperty('message.kind');
    expect(result).toEqual({ ...always, from: 'server', message: answer });
    expect(result['request']).toBe(request['request']);
  });

  it('shows viewers those of their principal, and those of their tenant if they have a role of the options', async () => {
    const app = await run();
    const viewers = [ADA, { sub: 'ada' }, OPERATOR, { ...OPERATOR, tenant: 'other' }];
    const streams = await Promise.all(viewers.map((viewer) => watchingRequests(app, viewer)));
    for (const user of [ADA, BOB, EVE, { sub: 'tom' }, undefined]) await client(app, user).call('tools/list');
    // Each viewer has seen everything before its own last request.
    const seen = async (stream: WireClient, viewer: User) => {
      await client(app, viewer).call('prompts/list');
      const isLast = (message: Json) => message['message'].method === 'prompts/list';
      while (!messagesOf(stream).some(isLast)) await stream.next();
      return messagesOf(stream)
        .filter(({ message }) => message.method === 'tools/list')
        .map(({ principal }) => principal.subject);
    };
    const subjects: string[][] = [];
    for (const [index, viewer] of viewers.entries()) subjects.push(await seen(streams[index]!, viewer));
    expect(subjects).toEqual([['ada'], [], ['ada', 'bob'], ['eve']]);
  });

  it('shows an anonymous viewer nothing on a server that authenticates', async () => {
    const app = await run();
    const path = `${app.url}/console/api/requests`;
    expect((await send(path, { method: 'GET' })).status).toBe(404);
    const foreign = { ...headersOf(ADA), origin: 'https://attacker.example' };
    expect((await send(path, { method: 'GET', headers: foreign })).status).toBe(403);
  });

  it('keeps messages of sessions apart from them', async () => {
    const app = await run();
    const session = await connect(app, ADA);
    const ofSession = await watching(app, await idOf(app, ADA), ADA);
    const ofRequests = await watchingRequests(app, ADA);
    await session.call('in the session', 'ping');
    await client(app, ADA).call('tools/list');
    await session.call('in the session again', 'ping');
    expect(await nextMessage(ofRequests)).toMatchObject({ message: { method: 'tools/list' } });
    await nextMessage(ofSession);
    await nextMessage(ofSession);
    expect(await nextMessage(ofSession)).toMatchObject({ message: { id: 'in the session again' } });
  });

  it('hides secrets in them, and truncates the names that a client sends', async () => {
    const app = await run();
    const stream = await watchingRequests(app, ADA);
    const clientInfo = { name: 'n'.repeat(10_000), version: '1' };
    await client(app, ADA).call('tools/call', {
      name: 'logIn',
      arguments: { user: 'ada', password: 'hunter2' },
      _meta: { 'io.modelcontextprotocol/clientInfo': clientInfo },
    });
    const [request, result] = [await nextMessage(stream), await nextMessage(stream)];
    expect(request['message'].params.arguments).toEqual({ user: 'ada', password: '[hidden]' });
    expect(request['client'].name.length).toBeLessThan(300);
    expect(result['message'].result.structuredContent).toMatchObject({ sessionToken: '[hidden]' });
    expect(JSON.stringify(stream.events)).not.toMatch(/hunter2|a-token-of-the-shop/);
  });

  it('observes them only while somebody watches', async () => {
    const app = await run();
    const traffic = app.app.get(McpTraffic, { strict: false });
    await send(`${app.url}/console/api/requests`, { method: 'HEAD', headers: headersOf(ADA) });
    expect(traffic.messages).toBeUndefined();
    const streams = [await watchingRequests(app, ADA), await watchingRequests(app, OPERATOR)];
    expect(traffic.messages).toBeDefined();
    for (const stream of streams) stream.close();
    // There is no event for what a server has noticed.
    while (traffic.messages) await setImmediate();
    expect(traffic.messages).toBeUndefined();
  });

  it('ends the stream when closeWhere() names its viewer, or ends a session of it', async () => {
    const app = await run();
    const [named, selected] = [await watchingRequests(app, BOB), await watchingRequests(app, ADA)];
    await connect(app, ADA);
    app.sessions.closeWhere({ subject: 'bob', tenant: 'acme' });
    app.sessions.closeWhere(({ principal }) => principal.subject === 'ada');
    for (const stream of [named, selected]) {
      expect(await nextOf(stream, 'ended')).toEqual({ reason: 'revoked' });
      await stream.end();
    }
  });
});
