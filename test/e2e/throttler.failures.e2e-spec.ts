import { expect, it } from '@jest/globals';
import { Injectable, UnauthorizedException, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ThrottlerModule } from '@nestjs/throttler';
import { McpAuditService, type McpSseModuleOptions } from 'nestjs-mcp-sse';
import { failureLimit } from 'nestjs-mcp-sse/throttler';
import { send, type WireResponse } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { appPerTest } from '../fixtures/app-per-test.js';

const GOOD = 'good-'.repeat(4);
const LIMIT = 3;
const PROXIED: Partial<McpSseModuleOptions> = { trustedProxies: ['127.0.0.1'] };

/** Knows one key, and counts how often it is asked. */
class Keys {
  asked = 0;

  verify(key: string): { name: string } | undefined {
    this.asked++;
    return key === GOOD ? { name: 'ada' } : undefined;
  }
}

/** The application's own way to tell who it is, with a header that the library does not know. */
@Injectable()
class SecretGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { headers }: { headers: Record<string, string> } = context.switchToHttp().getRequest();
    if (headers['x-secret'] !== GOOD) throw new UnauthorizedException();
    return true;
  }
}

function attempt(url: string, key: string, from?: string): Promise<WireResponse> {
  const headers = { 'x-api-key': key, ...(from && { 'x-forwarded-for': from }) };
  return send(`${url}/messages?sessionId=none`, { method: 'POST', headers });
}

describeOnAdapters('the limit on failed authentications', (adapter) => {
  const { start } = appPerTest(adapter);

  async function run(options: Partial<McpSseModuleOptions> = {}, ttl = 60_000, storage?: object) {
    const keys = new Keys();
    const limiter = failureLimit({ limit: LIMIT, ttl });
    const throttler = ThrottlerModule.forRoot({ throttlers: [], storage: storage as undefined });
    const { url, app } = await start({
      imports: [throttler],
      options: { auth: { apiKey: { provider: keys } }, authenticationLimit: limiter, ...options },
    });
    const statuses = async (tries: [key: string, from?: string][]) => {
      const answers: number[] = [];
      for (const [key, from] of tries) answers.push((await attempt(url, key, from)).status);
      return answers;
    };
    return { url, app, keys, statuses };
  }

  it('answers one wrong key too many with 429 and Retry-After before it is checked, and audits that', async () => {
    const { url, app, keys, statuses } = await run();
    const denied: unknown[] = [];
    app
      .get(McpAuditService)
      .events$.subscribe(({ type, status }: any) => type === 'denial' && denied.push(status));
    expect(await statuses([['a'], ['b'], ['c']])).toEqual([401, 401, 401]);
    const { status, headers, body } = await attempt(url, 'd');
    expect(status).toBe(429);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    expect(Number(headers['retry-after'])).toBeLessThanOrEqual(60);
    expect(JSON.parse(body)).toMatchObject({ jsonrpc: '2.0', error: { code: -32000 }, id: null });
    expect(keys.asked).toBe(LIMIT);
    expect(denied).toEqual([401, 401, 401, 429]);
  });

  it('serves a key accepted before from a blocked address', async () => {
    const { statuses } = await run();
    expect(await statuses([[GOOD], ['a'], ['b'], ['c'], ['d'], [GOOD]])).toEqual([
      404, 401, 401, 401, 429, 404,
    ]);
  });

  it('limits each address separately, as named by a trusted proxy, and IPv6 by its /64', async () => {
    const { statuses } = await run(PROXIED);
    const [here, there] = ['203.0.113.1', '203.0.113.2'];
    expect(
      await statuses([
        ['a', here],
        ['b', here],
        ['c', here],
      ]),
    ).toEqual([401, 401, 401]);
    // What the client itself says comes first; the proxy adds what it saw.
    expect(
      await statuses([
        ['d', `198.51.100.7, ${here}`],
        ['e', there],
      ]),
    ).toEqual([429, 401]);
    const neighbours: [string, string][] = ['1', '2', '3', '4'].map((end) => [
      `v6-${end}`,
      `2001:db8::${end}`,
    ]);
    expect(await statuses(neighbours)).toEqual([401, 401, 401, 429]);
    expect(await statuses([['v6-5', '2001:db8:0:1::1']])).toEqual([401]);
  });

  it('does not trust X-Forwarded-For of anybody else', async () => {
    const { statuses } = await run();
    const tries: [string, string][] = ['1', '2', '3', '4'].map((end) => [end, `203.0.113.${end}`]);
    expect(await statuses(tries)).toEqual([401, 401, 401, 429]);
  });

  it('limits a wrong key that comes from many addresses', async () => {
    const { statuses, keys } = await run(PROXIED);
    const tries: [string, string][] = ['1', '2', '3', '4'].map((end) => ['stolen', `203.0.113.${end}`]);
    expect(await statuses(tries)).toEqual([401, 401, 401, 429]);
    expect(keys.asked).toBe(LIMIT);
    expect(await statuses([[GOOD, '203.0.113.4']])).toEqual([404]);
  });

  it('takes a key for the same however the client writes the header', async () => {
    const { url, keys } = await run(PROXIED);
    const answers: number[] = [];
    for (const [index, scheme] of ['Bearer ', 'bearer ', 'Bearer  ', 'BEARER '].entries()) {
      const headers = { authorization: `${scheme}stolen`, 'x-forwarded-for': `203.0.113.${index}` };
      answers.push((await send(`${url}/sse`, { method: 'GET', headers })).status);
    }
    expect([answers, keys.asked]).toEqual([[401, 401, 401, 429], LIMIT]);
  });

  it('does not count requests without a key', async () => {
    const { url, statuses } = await run();
    for (let count = 0; count <= LIMIT; count++)
      expect((await send(`${url}/sse`, { method: 'GET' })).status).toBe(401);
    expect(await statuses([[GOOD]])).toEqual([404]);
  });

  it('limits guards of the application that answer 401', async () => {
    const { url } = await run({ auth: undefined, guards: [SecretGuard] });
    const answers: number[] = [];
    for (const secret of ['a', 'b', 'c', GOOD])
      answers.push((await send(`${url}/sse`, { method: 'GET', headers: { 'x-secret': secret } })).status);
    expect(answers).toEqual([401, 401, 401, 429]);
  });

  it('lets a client try again when its time is over', async () => {
    const { statuses, url } = await run({}, 300);
    expect(await statuses([['a'], ['b'], ['c'], ['d']])).toEqual([401, 401, 401, 429]);
    const deadline = Date.now() + 5_000;
    let status = 429;
    while (status === 429 && Date.now() < deadline) ({ status } = await attempt(url, GOOD));
    expect(status).toBe(404);
  });

  it('keeps authenticating when the storage fails', async () => {
    const storage = { increment: () => Promise.reject(new Error('the storage is away')) };
    const { statuses } = await run({}, 60_000, storage);
    expect(await statuses([['a'], ['b'], ['c'], ['d'], [GOOD]])).toEqual([401, 401, 401, 401, 404]);
  });
});
