import { on } from 'node:events';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import jwt from 'jsonwebtoken';
import { rpc } from '../clients/http-wire-client.js';
import { send, WireClient } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { AuthorizationServer } from '../fixtures/authorization-server/authorization-server.js';
import { rsaKeyPair } from '../fixtures/authorization-server/signing-keys.js';
import { movableClock } from '../fixtures/clock.js';
import { PATIENCE_MS, startWithJwks } from '../fixtures/jwks-app.js';
import type { RunningApp } from '../fixtures/start-app.js';

type Headers = Record<string, string>;

const FOREIGN = rsaKeyPair();
const MINUTE_MS = 60_000;
const PING = rpc('attack', 'ping');

jest.setTimeout(PATIENCE_MS);

function bearer(token: string): Headers {
  return { authorization: `Bearer ${token}` };
}

describeOnAdapters('while the key set cannot be had', (adapter) => {
  let authorizationServer: AuthorizationServer;
  let running: RunningApp;

  beforeEach(async () => {
    authorizationServer = await AuthorizationServer.start();
    running = await startWithJwks(adapter, authorizationServer, 1_000);
  });

  afterEach(async () => {
    await running.close();
    await authorizationServer.close();
  });

  const open = (token: string) => send(`${running.url}/sse`, { method: 'GET', headers: bearer(token) });

  const whoami = async (token: string) => {
    const client = await WireClient.connect(`${running.url}/sse`, bearer(token));
    const { result } = await client.callTool(1, 'whoami');
    client.close();
    return result.structuredContent.subject;
  };

  it.each(['down', 'nonsense'] as const)(
    '(%s) nobody gets in, and nobody is told that a token is wrong',
    async (condition) => {
      authorizationServer.condition = condition;
      const answer = await open(authorizationServer.token());
      expect([answer.status, answer.headers['retry-after'], answer.headers['www-authenticate']]).toEqual([
        503,
        '5',
        undefined,
      ]);
      expect(JSON.parse(answer.body)).toMatchObject({ error: { code: -32000 } });
      expect(running.sessions.sessions).toEqual([]);
    },
  );

  it('(silent) nobody waits longer than the time limit of the server', async () => {
    authorizationServer.condition = 'silent';
    expect((await open(authorizationServer.token())).status).toBe(503);
  });

  it('each token that waits for the keys gets its own verdict', async () => {
    authorizationServer.condition = 'silent';
    const arrivals = on(running.app.getHttpServer(), 'request');
    const foreign = jwt.sign(authorizationServer.claims({ sub: 'eve' }), FOREIGN.privateKey, {
      algorithm: 'RS256',
      keyid: authorizationServer.keys.current.kid,
    });
    const [ada, eve, bob] = [
      whoami(authorizationServer.token()),
      open(foreign),
      whoami(authorizationServer.token({ sub: 'bob' })),
    ];
    for (let waiting = 0; waiting < 3; waiting++) await arrivals.next();
    authorizationServer.release();
    expect([await ada, (await eve).status, await bob]).toEqual(['ada', 401, 'bob']);
  });

  it('known keys stay valid', async () => {
    const client = await WireClient.connect(`${running.url}/sse`, bearer(authorizationServer.token()));
    authorizationServer.condition = 'down';
    expect((await client.post(PING, bearer(authorizationServer.token({ jti: 'refreshed' })))).status).toBe(
      202,
    );
    client.close();
  });

  it('an algorithm that is not accepted is refused without asking for keys', async () => {
    authorizationServer.condition = 'down';
    const token = jwt.sign(authorizationServer.claims(), 's'.repeat(32));
    expect((await open(token)).status).toBe(401);
    expect(authorizationServer.requests).toEqual([]);
  });
});

describeOnAdapters('a token that was let in', (adapter) => {
  let authorizationServer: AuthorizationServer;
  let running: RunningApp;
  const putForward = movableClock();

  beforeEach(async () => {
    authorizationServer = await AuthorizationServer.start();
    running = await startWithJwks(adapter, authorizationServer);
  });

  afterEach(async () => {
    await running.close();
    await authorizationServer.close();
  });

  const open = async (token: string) => {
    const client = await WireClient.open(`${running.url}/sse`, bearer(token));
    client.close();
    return client.response.statusCode;
  };

  it.each<[string, number, (server: AuthorizationServer) => void]>([
    ['its key is withdrawn', 11 * MINUTE_MS, ({ keys }) => keys.rotate()],
    ['it expires', 61 * MINUTE_MS, () => undefined],
  ])('is refused after %s', async (_, ms, change) => {
    const token = authorizationServer.token();
    expect([await open(token), await open(token)]).toEqual([200, 200]);
    change(authorizationServer);
    putForward(ms);
    expect([await open(token), await open(authorizationServer.token())]).toEqual([401, 200]);
  });
});
