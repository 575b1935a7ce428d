import { describe, expect, it, jest } from '@jest/globals';
import { Agent, request } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import { Injectable, type CanActivate } from '@nestjs/common';
import { McpSession } from '../../libs/mcp-sse/src/sessions/mcp-session.js';
import { McpSessionService } from '../../libs/mcp-sse/src/sessions/mcp-session.service.js';
import { HttpWireClient } from '../clients/http-wire-client.js';
import { send, WireClient } from '../clients/wire-client.js';
import { appPerTest } from '../fixtures/app-per-test.js';
import { HeaderUserGuard } from '../fixtures/header-user.guard.js';
import type { RunningApp } from '../fixtures/start-app.js';
import {
  ADA,
  BOB,
  connect,
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

const MIB = 1024 * 1024;
/** What is shown of a text. */
const SHOWN = 8_192;
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl';
const PER_VIEWER = 10;

describe('who sends messages to a session that somebody watches in the console', () => {
  const { start } = appPerTest();

  const watched = async (...options: Parameters<typeof watchedShop>) => {
    const app = await start(watchedShop(...options));
    const ada = await connect(app, ADA);
    const id = await idOf(app, ADA, OPERATOR);
    return { app, ada, id, watch: await watching(app, id, OPERATOR) };
  };

  const shownOf = async (watch: WireClient) => (await nextOf(watch, 'message'))['message'] as Json;

  it('sends texts made for the patterns of the console: they cost no more than others', async () => {
    const { app, ada, watch } = await watched();
    const bob = await connect(app, BOB);
    for (const [id, part] of ['eyJ-', 'eyJ-eyJaaaaa.', 'password', 'Bearer  ', '"\\'].entries()) {
      const user = part.repeat((MIB - 1_024) / 2 / part.length);
      await ada.callTool(id, 'logIn', { user, password: '' });
      expect(await shownOf(watch)).toMatchObject({ id, method: 'tools/call' });
      expect(await shownOf(watch)).toMatchObject({ id });
      expect(await bob.call(id, 'ping')).toMatchObject({ result: {} });
    }
  });

  it('sends a token where the console cuts the text: no part of it is shown', async () => {
    const { ada, watch } = await watched();
    for (let shown = 4; shown < JWT.length; shown += 8) {
      const user = `${' '.repeat(SHOWN - shown)}${JWT}`;
      await ada.callTool(shown, 'logIn', { user, password: '' });
      const { params } = await shownOf(watch);
      expect(params.arguments.user).toMatch(/^ *\[hidden\]… \(\d+ more characters\)$/);
      await shownOf(watch);
    }
  });

  it('sends JSON with secrets before the cut or far behind it: no part of them is shown', async () => {
    const { ada, watch } = await watched();
    const secret = { credentials: { user: 'ada', pin: 'hunter2' } };
    for (const [id, text] of [
      JSON.stringify({ ...secret, more: 'x'.repeat(SHOWN) }),
      JSON.stringify({ more: 'x'.repeat(SHOWN), ...secret }),
      JSON.stringify({ ...secret, more: 'x'.repeat(MIB / 2) }),
    ].entries()) {
      await ada.callTool(id, 'logIn', { user: text, password: '' });
      await shownOf(watch);
    }
    expect(JSON.stringify(watch.events)).not.toContain('hunter2');
    expect(JSON.stringify(watch.events)).toContain('characters, too many to show');
  });

  it('exceeds the members, text or bytes that are shown: only its envelope is shown', async () => {
    const { ada, watch } = await watched({}, { limits: { maxResultBytes: 8 * MIB } });
    const order = { customer: 'C-1', quantity: 1, delivery: { street: 'a' } };
    const bundles = [
      Array(15_000).fill(0),
      Array(200).fill('x'.repeat(SHOWN)),
      Array(2).fill('x'.repeat(MIB - 1_024)),
    ];
    for (const [id, list] of bundles.entries()) {
      await ada.callTool(id, 'placeOrder', { ...order, notes: { list } });
      const withheld = 'too large to be shown';
      expect(await shownOf(watch)).toEqual({ jsonrpc: '2.0', id, method: 'tools/call', withheld });
      expect(await shownOf(watch)).toEqual({ jsonrpc: '2.0', id, withheld });
    }
  });

  it('is inspected once for each message, however many watch', async () => {
    const messages: object[] = [];
    const redact = (message: object) => {
      messages.push(message);
      return message;
    };
    const { app, ada, id, watch } = await watched({ redact });
    const others = [await watching(app, id, OPERATOR), await watching(app, id, ADA)];
    await ada.call('once', 'ping');
    for (const stream of [watch, ...others]) {
      expect(await shownOf(stream)).toMatchObject({ id: 'once', method: 'ping' });
      expect(await shownOf(stream)).toMatchObject({ id: 'once', result: {} });
    }
    expect(messages).toHaveLength(2);
  });
});

const connectionsOf = ({ app }: RunningApp): Promise<number> =>
  new Promise((resolve) => app.getHttpServer().getConnections((_: unknown, count: number) => resolve(count)));

describe('who opens streams of the console', () => {
  const { start } = appPerTest();

  const open = (app: RunningApp, user: User | undefined, count: number) =>
    Promise.all(Array.from({ length: count }, () => listing(app, user)));
  const statuses = (streams: WireClient[]) => new Set(streams.map(({ response }) => response.statusCode));

  it('has at most ten, and takes none from others', async () => {
    const app = await start(watchedShop());
    for (const viewer of [ADA, undefined]) {
      const streams = await open(app, viewer, PER_VIEWER);
      expect(statuses(streams)).toEqual(new Set([200]));
      const refused = await send(`${app.url}/console/api/sessions`, {
        method: 'GET',
        headers: headersOf(viewer),
      });
      expect(refused.status).toBe(429);
      expect(JSON.parse(refused.body)).toEqual({ message: expect.stringContaining('Close another tab') });
      streams[0]!.close();
      let again = await listing(app, viewer);
      while (again.response.statusCode === 429) again = await listing(app, viewer);
      expect(again.response.statusCode).toBe(200);
    }
    expect(statuses(await open(app, BOB, 1))).toEqual(new Set([200]));
  });

  it('shares its limit with everybody else, apart from viewers who see the sessions of others', async () => {
    const app = await start(watchedShop());
    for (let user = 0; user < 10; user++)
      expect(statuses(await open(app, { sub: `user-${user}` }, PER_VIEWER))).toEqual(new Set([200]));
    expect(statuses(await open(app, ADA, 1))).toEqual(new Set([503]));
    expect(statuses(await open(app, OPERATOR, PER_VIEWER))).toEqual(new Set([200]));
  });

  it('frees its place when it leaves during authentication', async () => {
    let [arrived, admit] = [() => {}, () => {}];
    const admitted = new Promise<void>((resolve) => (admit = resolve));
    @Injectable()
    class SlowGuard implements CanActivate {
      async canActivate(): Promise<boolean> {
        arrived();
        await admitted;
        return true;
      }
    }
    const app = await start(watchedShop({}, { guards: [HeaderUserGuard, new SlowGuard()] }));
    for (let count = 0; count < 2 * PER_VIEWER; count++) {
      const isHere = new Promise<void>((resolve) => (arrived = resolve));
      const leaving = request(`${app.url}/console/api/sessions`, {
        headers: headersOf(ADA),
        agent: new Agent(),
      });
      leaving.on('error', () => undefined).end();
      await isHere;
      leaving.destroy();
    }
    while ((await connectionsOf(app)) > 0) await setImmediate();
    admit();
    expect((await listing(app, ADA)).response.statusCode).toBe(200);
  });
});

describe('the list of sessions in the console', () => {
  const { start } = appPerTest();
  const LISTED = 200;

  /** Sessions without a stream, the first of which is the oldest, and the last the newest. */
  const open = async ({ url }: RunningApp, count: number) => {
    const one = () => HttpWireClient.connect(`${url}/mcp`, { headers: headersOf(ADA) });
    const oldest = await one();
    await Promise.all(Array.from({ length: count - 2 }, one));
    return { oldest, newest: await one() };
  };

  it('costs the same for more viewers or sessions: the newest are sent once, then only changes', async () => {
    const app = await start(watchedShop());
    const { oldest, newest } = await open(app, LISTED + 50);
    const all = jest.spyOn(McpSessionService.prototype, 'sessions', 'get');
    const streams = await Promise.all(Array.from({ length: PER_VIEWER }, () => listing(app, OPERATOR)));
    let newestId = '';
    for (const stream of streams) {
      const { total, sessions } = await nextOf(stream, 'sessions');
      expect([total, sessions.length]).toEqual([LISTED + 50, LISTED]);
      newestId = sessions[0].id as string;
    }
    expect(all).toHaveBeenCalledTimes(1);

    const looks = jest.spyOn(McpSession.prototype, 'queuedBytes', 'get');
    const begin = performance.now();
    for (let id = 0; id < 20; id++) await newest.call(id, 'ping');
    await oldest.call(1, 'ping');
    for (const stream of streams) {
      const { total, changed, gone } = await nextOf(stream, 'changes');
      expect([total, changed.length, gone.length]).toEqual([LISTED + 50, 1, 0]);
      const bytes = JSON.stringify(stream.events.slice(1)).length;
      expect(bytes).toBeLessThan(2_000);
    }
    const ticks = Math.ceil((performance.now() - begin) / 1_000) + 1;
    expect(looks.mock.calls.length).toBeLessThanOrEqual(ticks * (LISTED + 2));
    expect(all).toHaveBeenCalledTimes(1);

    await newest.delete();
    // The next older one takes its place.
    const left = await nextOf(streams[0]!, 'changes');
    expect([left['total'], left['changed'].length, left['gone']]).toEqual([LISTED + 49, 1, [newestId]]);
    looks.mockRestore();
    all.mockRestore();
  });
});
