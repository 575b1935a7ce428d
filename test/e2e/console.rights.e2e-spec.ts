import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { memoryCluster } from 'nestjs-mcp-sse';
import type { WireClient } from '../clients/wire-client.js';
import { appPerTest } from '../fixtures/app-per-test.js';
import {
  ADA,
  BOB,
  connect,
  idOf,
  listing,
  nextOf,
  OPERATOR,
  watchedShop,
  watching,
} from '../fixtures/watch-console.js';

const REVOKED = { reason: 'revoked' };
const OLGA = { subject: 'olga', issuer: undefined, tenant: 'acme' };

describe('a stream of the console', () => {
  const { start } = appPerTest();

  afterEach(() => void jest.useRealTimers());

  /** The streams that an operator watches: the list, and the messages of another user's session. */
  const watchedByOperator = async () => {
    const app = await start(watchedShop());
    const ada = await connect(app, ADA);
    const list = await listing(app, OPERATOR);
    await nextOf(list, 'sessions');
    const watch = await watching(app, await idOf(app, ADA, OPERATOR), OPERATOR);
    return { app, ada, list, watch };
  };

  const ended = async (stream: WireClient) => {
    const end = await nextOf(stream, 'ended');
    await stream.end();
    return end;
  };

  it('ends when closeWhere() names its viewer, and streams of others stay open', async () => {
    const { app, ada, list, watch } = await watchedByOperator();
    const ofBob = await listing(app, BOB);
    app.sessions.closeWhere(OLGA);
    expect([await ended(list), await ended(watch)]).toEqual([REVOKED, REVOKED]);
    await ada.callTool(1, 'logIn', { user: 'ada', password: 'x' });
    expect(watch.events.filter(({ event }) => event === 'message')).toEqual([]);
    await connect(app, BOB);
    expect(await nextOf(ofBob, 'changes')).toMatchObject({ total: 1 });
    ofBob.close();
  });

  it('ends when a function passed to closeWhere() selects a session of its viewer', async () => {
    const { app, list, watch } = await watchedByOperator();
    await connect(app, OPERATOR);
    app.sessions.closeWhere(({ principal }) => principal.roles.includes('operator'));
    expect([await ended(list), await ended(watch)]).toEqual([REVOKED, REVOKED]);
  });

  it('stays open when closeWhere() names another principal, or a transport', async () => {
    const { app, ada, list, watch } = await watchedByOperator();
    app.sessions.closeWhere({ subject: 'bob', tenant: 'acme' });
    app.sessions.closeWhere({ ...OLGA, issuer: 'another' });
    app.sessions.closeWhere({ transport: 'streamable-http' });
    await ada.call(1, 'ping');
    expect(await nextOf(watch, 'message')).toMatchObject({ message: { id: 1 } });
    expect(list.events.some(({ event }) => event === 'ended')).toBe(false);
  });

  it('ends with the session that it shows, and the session leaves the list', async () => {
    const { app, list, watch } = await watchedByOperator();
    const id = await idOf(app, ADA, OPERATOR);
    app.sessions.closeWhere({ subject: 'ada', tenant: 'acme' });
    expect(await nextOf(watch, 'closed')).toEqual(REVOKED);
    await watch.end();
    expect(await nextOf(list, 'changes')).toEqual({ total: 0, changed: [], gone: [id] });
  });

  it('ends after a minute, and its viewer reconnects with current rights', async () => {
    // Fakes only some timers, so that sockets and immediates work as usual.
    jest.useFakeTimers({
      doNotFake: [
        'nextTick',
        'setImmediate',
        'setInterval',
        'Date',
        'performance',
        'queueMicrotask',
        'hrtime',
      ],
    });
    const { app, list, watch } = await watchedByOperator();
    const id = await idOf(app, ADA, OPERATOR);
    jest.advanceTimersByTime(60_000);
    expect([await ended(list), await ended(watch)]).toEqual([{ reason: 'check' }, { reason: 'check' }]);
    const demoted = { ...OPERATOR, roles: [] };
    const again = await listing(app, demoted);
    expect(await nextOf(again, 'sessions')).toEqual({ total: 0, sessions: [] });
    expect((await watching(app, id, demoted)).response.statusCode).toBe(404);
    again.close();
  });
});

describe('a stream of the console on another node', () => {
  const { start } = appPerTest();

  it('ends when closeWhere() names its viewer', async () => {
    const cluster = memoryCluster();
    const [one, other] = [
      await start(watchedShop({}, { cluster })),
      await start(watchedShop({}, { cluster })),
    ];
    const list = await listing(other, OPERATOR);
    one.sessions.closeWhere(OLGA);
    expect(await nextOf(list, 'ended')).toEqual(REVOKED);
    await list.end();
  });
});
