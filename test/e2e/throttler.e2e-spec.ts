import { describe, expect, it } from '@jest/globals';
import {
  Injectable,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
  type Provider,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { SkipThrottle, Throttle, ThrottlerModule, type ThrottlerModuleOptions } from '@nestjs/throttler';
import {
  McpAuditService,
  McpConfigurationError,
  McpPrompt,
  McpResource,
  McpTool,
  type McpSseModuleOptions,
} from 'nestjs-mcp-sse';
import { McpThrottlerGuard } from 'nestjs-mcp-sse/throttler';
import { HttpWireClient, rpc } from '../clients/http-wire-client.js';
import { send, WireClient, type WireResponse } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { appPerTest, textOf } from '../fixtures/app-per-test.js';
import { describeOnTransports } from '../fixtures/transports.js';

const MINUTE = { limit: 2, ttl: 60_000 };
const LIMITED: ThrottlerModuleOptions = [MINUTE];

/** Whom the header names: `tenant/subject` or `subject`. */
@Injectable()
class UserGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request: { headers: Record<string, string>; user?: object } = context.switchToHttp().getRequest();
    const [sub, tenant] = (request.headers['x-user'] ?? '').split('/').reverse();
    if (sub) request.user = { sub, tenant };
    return true;
  }
}

@Injectable()
class Tools {
  @McpTool()
  @UseGuards(McpThrottlerGuard)
  first(): string {
    return 'first';
  }

  @McpTool()
  @UseGuards(McpThrottlerGuard)
  second(): string {
    return 'second';
  }

  @McpTool()
  @UseGuards(McpThrottlerGuard)
  @Throttle({ default: { limit: 1, ttl: 60_000 } })
  rare(): string {
    return 'rare';
  }

  @McpTool()
  @UseGuards(McpThrottlerGuard)
  @SkipThrottle()
  free(): string {
    return 'free';
  }

  @McpTool()
  @Throttle({ default: { limit: 1, ttl: 60_000 } })
  once(): string {
    return 'once';
  }

  @McpTool()
  unguarded(): string {
    return 'unguarded';
  }

  @McpResource({ uri: 'limited://one' })
  @UseGuards(McpThrottlerGuard)
  resource(): string {
    return 'resource';
  }

  @McpPrompt()
  @UseGuards(McpThrottlerGuard)
  prompt(): string {
    return 'prompt';
  }
}

const imports = [ThrottlerModule.forRoot(LIMITED)];
const providers: Provider[] = [Tools];
const REFUSED = {
  code: -32000,
  message: expect.stringContaining('Too Many Requests'),
  data: { retryAfterMs: expect.any(Number) },
};

/** Asserts that a request was refused over HTTP, and that the client is told when to come back. */
function expectRefused({ status, headers, body }: WireResponse): void {
  expect(status).toBe(429);
  expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  expect(Number(headers['retry-after'])).toBeLessThanOrEqual(60);
  expect(JSON.parse(body)).toMatchObject({ jsonrpc: '2.0', error: { code: -32000 }, id: null });
}

describeOnTransports('the throttler on tools', (connect) => {
  const code = (calling: Promise<unknown>) =>
    calling.then(
      () => 'served',
      (error: { code: number; data: { retryAfterMs: number } }) => [error.code, error.data.retryAfterMs > 0],
    );

  it('limits each tool, resource and prompt by itself, and answers with an error that says when to come back', async () => {
    const { client } = await connect({ providers, imports });
    for (const call of [
      () => client.callTool({ name: 'first' }),
      () => client.callTool({ name: 'second' }),
      () => client.readResource({ uri: 'limited://one' }),
      () => client.getPrompt({ name: 'prompt' }),
    ]) {
      expect([await code(call()), await code(call())]).toEqual(['served', 'served']);
      expect(await code(call())).toEqual([-32000, true]);
    }
  });

  it('uses the limits of its decorators', async () => {
    const { client } = await connect({ providers, imports });
    const call = (name: string) => code(client.callTool({ name }));
    expect([await call('rare'), await call('rare')]).toEqual(['served', [-32000, true]]);
    for (const name of ['free', 'unguarded'])
      for (let count = 0; count < 4; count++) expect(await call(name)).toBe('served');
  });
});

describeOnAdapters('the throttler', (adapter) => {
  const { start } = appPerTest(adapter);
  const run = (
    options: Partial<McpSseModuleOptions>,
    more: Provider[] = [],
    limits: ThrottlerModuleOptions = LIMITED,
  ) => start({ options, imports: [ThrottlerModule.forRoot(limits)], providers: [...providers, ...more] });

  it('counts calls per principal: issuer, subject and tenant, whatever session they use', async () => {
    const { url, app } = await run({ guards: [UserGuard] });
    const trail: unknown[] = [];
    app.get(McpAuditService).events$.subscribe(({ type, reason }) => type === 'denial' && trail.push(reason));
    const call = async (user: string) => {
      const client = await WireClient.connect(`${url}/sse`, { 'x-user': user });
      const answer = await client.callTool(1, 'first');
      client.close();
      return answer['error'] ?? textOf(answer);
    };
    expect([await call('acme/ada'), await call('acme/ada')]).toEqual(['first', 'first']);
    expect(await call('acme/ada')).toEqual(REFUSED);
    expect([await call('other/ada'), await call('ada'), await call('acme/bob')]).toEqual(
      Array(3).fill('first'),
    );
    expect(await call('acme/ada')).toEqual(REFUSED);
    expect(trail).toEqual(['rate-limit', 'rate-limit']);
  });

  it('counts unauthenticated requests per address', async () => {
    const { url } = await run({});
    for (const expected of ['first', 'first', expect.stringContaining('JSON-RPC error -32000')]) {
      const client = await WireClient.connect(`${url}/sse`);
      expect(textOf(await client.callTool(1, 'first'))).toEqual(expected);
      client.close();
    }
  });

  it('limits the routes per principal, as one of the guards of the option: 429 with Retry-After', async () => {
    // Before the guard that authenticates, too: it waits for the principal.
    const { url } = await start({
      imports: [ThrottlerModule.forRoot([{ ...MINUTE, name: 'short' }])],
      options: { guards: [McpThrottlerGuard, UserGuard] },
    });
    const headers = { 'x-user': 'acme/ada' };
    const client = await WireClient.connect(`${url}/sse`, headers);
    for (const id of [1, 2]) expect(await client.call(id, 'ping')).toHaveProperty('result');
    expectRefused(await client.post(rpc(3, 'ping')));
    const bob = await WireClient.connect(`${url}/sse`, { 'x-user': 'acme/bob' });
    expect(await bob.call(1, 'ping')).toHaveProperty('result');
    // Its initialization are two messages.
    const other = await HttpWireClient.connect(`${url}/mcp`, { headers: { 'x-user': 'other/ada' } });
    expectRefused(await other.post(rpc(1, 'ping')));
    await WireClient.connect(`${url}/sse`, headers);
    expectRefused(await send(`${url}/sse`, { method: 'GET', headers }));
  });

  it('says when to come back even if the throttler sets no headers', async () => {
    const { url } = await run({ guards: [UserGuard, McpThrottlerGuard] }, [], {
      throttlers: [MINUTE],
      setHeaders: false,
    });
    const client = await WireClient.connect(`${url}/sse`, { 'x-user': 'ada' });
    for (const id of [1, 2]) expect(await client.call(id, 'ping')).toHaveProperty('result');
    expectRefused(await client.post(rpc(3, 'ping')));
  });

  it('limits routes and calls as a global guard, behind the guard that authenticates', async () => {
    const { url } = await run({ auth: 'app' }, [
      { provide: APP_GUARD, useClass: UserGuard },
      { provide: APP_GUARD, useClass: McpThrottlerGuard },
    ]);
    const ada = await WireClient.connect(`${url}/sse`, { 'x-user': 'acme/ada' });
    const bob = await WireClient.connect(`${url}/sse`, { 'x-user': 'acme/bob' });
    expect(textOf(await ada.callTool(1, 'unguarded'))).toBe('unguarded');
    expect(textOf(await ada.callTool(2, 'once'))).toBe('once');
    expectRefused(await ada.post(rpc(3, 'ping')));
    expect(textOf(await bob.callTool(1, 'once'))).toBe('once');
    expect((await bob.callTool(2, 'once'))['error']).toEqual(REFUSED);
  });

  it('counts by its own options', async () => {
    const { url } = await run({ guards: [UserGuard] }, [], {
      throttlers: [MINUTE],
      getTracker: () => 'everybody',
    });
    for (const [user, expected] of [
      ['ada', 'first'],
      ['bob', 'first'],
      ['eve', expect.stringContaining('-32000')],
    ] as const) {
      const client = await WireClient.connect(`${url}/sse`, { 'x-user': user });
      expect(textOf(await client.callTool(1, 'first'))).toEqual(expected);
    }
  });
});

describe('a throttler without authentication', () => {
  const { start } = appPerTest();

  it('does not count as protection: the boot is stopped in production', async () => {
    const before = process.env['NODE_ENV'];
    process.env['NODE_ENV'] = 'production';
    try {
      const starting = start({ imports, options: { guards: [McpThrottlerGuard] } });
      await expect(starting).rejects.toBeInstanceOf(McpConfigurationError);
    } finally {
      process.env['NODE_ENV'] = before;
    }
  });
});
