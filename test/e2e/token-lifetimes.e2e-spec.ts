import { afterEach, describe, expect, it } from '@jest/globals';
import jwt from 'jsonwebtoken';
import type { McpJwtOptions } from 'nestjs-mcp-sse';
import { send, WireClient } from '../clients/wire-client.js';
import { bootError } from '../fixtures/boot-error.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';

const secretOrKey = 'a secret that is long enough for HS256';
const HOUR = 3_600;

function now(): number {
  return Math.floor(Date.now() / 1_000);
}

describe('the lifetime of a token', () => {
  let running: RunningApp;

  afterEach(() => running.close());

  const start = async (options: McpJwtOptions) => {
    const auth = { jwt: { secretOrKey, ...options } };
    running = await startApp({ options: { auth } });
    return async (claims: object): Promise<number> => {
      const token = jwt.sign({ sub: 'ada', ...claims }, secretOrKey, { noTimestamp: !('iat' in claims) });
      const headers = { authorization: `Bearer ${token}` };
      const client = await WireClient.open(`${running.url}/sse`, headers);
      client.close();
      return client.response.statusCode!;
    };
  };

  it('must end, unless an option says otherwise', async () => {
    const strict = await start({});
    expect(await strict({})).toBe(401);
    expect(await strict({ exp: now() + 100 * HOUR })).toBe(200);
    await running.close();
    const lenient = await start({ requireExpiry: false });
    expect(await lenient({})).toBe(200);
    expect(await lenient({ exp: now() - 1 })).toBe(401);
  });

  it('may be limited: from its issue to its expiry, or from now', async () => {
    const status = await start({ maxLifetimeSeconds: HOUR, requireExpiry: false });
    expect(await status({ iat: now(), exp: now() + HOUR })).toBe(200);
    expect(await status({ iat: now() - 2 * HOUR, exp: now() + 10 })).toBe(401);
    expect(await status({ iat: now(), exp: now() + HOUR + 1 })).toBe(401);
    expect(await status({ exp: now() + HOUR })).toBe(200);
    expect(await status({ exp: now() + HOUR + 100 })).toBe(401);
    // Issued in the future, so that its expiry seems near.
    expect(await status({ iat: now() + 24 * HOUR, exp: now() + 24 * HOUR + 10 })).toBe(401);
    expect(await status({})).toBe(401);
  });

  it('that is refused is told as a wrong token', async () => {
    await start({});
    const token = jwt.sign({ sub: 'ada' }, secretOrKey);
    const headers = { authorization: `Bearer ${token}` };
    const { status, headers: answered } = await send(`${running.url}/sse`, { method: 'GET', headers });
    expect([status, answered['www-authenticate']]).toEqual([401, 'Bearer error="invalid_token"']);
  });
});

describe('a limit of lifetimes', () => {
  it.each([0, -1, NaN])('of %d seconds stops the boot', async (maxLifetimeSeconds) => {
    const error = await bootError({ options: { auth: { jwt: { secretOrKey, maxLifetimeSeconds } } } });
    expect(error.message).toMatch(/`auth.jwt.maxLifetimeSeconds` must be a number of seconds above 0/);
  });
});
