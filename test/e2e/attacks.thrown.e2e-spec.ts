import { expect, it } from '@jest/globals';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { AuthGuard, PassportStrategy } from '@nestjs/passport';
import {
  JsonRpcError,
  McpRegistry,
  McpContext,
  McpTool,
  type McpPrincipal,
  type McpSseModuleOptions,
} from 'nestjs-mcp-sse';
import { Strategy } from 'passport';
import { EMPTY, throwError } from 'rxjs';
import { HttpWireClient, initialize, rpc } from '../clients/http-wire-client.js';
import { WireClient } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { appPerTest } from '../fixtures/app-per-test.js';
import { MemoryLog } from '../fixtures/memory-log.js';

// Jest fails the running test for what is rejected or thrown where nobody listens.

const THROWN: Readonly<Record<string, unknown>> = {
  nothing: undefined,
  null: null,
  text: 'no',
  symbol: Symbol('no'),
  bare: Object.create(null),
  unreadable: Object.defineProperty(new Error(), 'message', { get: fail }),
  stackless: Object.assign(new Error(), { message: {}, stack: 7 }),
};

function fail(): never {
  throw new Error('cannot be read');
}

/** Fails as it is told to, such as `later bare`. */
function misbehave(told: unknown): unknown {
  const [way, thrown] = String(told).split(' ') as [string, string];
  switch (way) {
    case 'at-once':
      throw THROWN[thrown];
    case 'later':
      return Promise.reject(THROWN[thrown] as Error);
    case 'stream':
      return throwError(() => THROWN[thrown]);
    case 'empty':
      return EMPTY;
    default:
      return true;
  }
}

const headerOf = (request: unknown, name: string) =>
  (request as { headers: Record<string, string | undefined> }).headers[name];

@Injectable()
class TheGuard implements CanActivate {
  canActivate(context: ExecutionContext): any {
    return misbehave(headerOf(context.switchToHttp().getRequest(), 'x-told'));
  }
}

class TheStrategy extends PassportStrategy(Strategy, 'thrown') {
  override authenticate(request: unknown): void {
    const [way, thrown] = (headerOf(request, 'x-told') ?? 'pass').split(' ') as [string, string];
    if (way === 'at-once') throw THROWN[thrown];
    if (way === 'error') return this.error(THROWN[thrown]);
    if (way === 'fail') return this.fail(THROWN[thrown] as string);
    this.success({ sub: 'ada' });
    if (way === 'twice') this.error(THROWN[thrown]);
  }

  validate(): void {}
}

@Injectable()
class Tools {
  @McpTool()
  circle(): never {
    const data: { self?: object } = {};
    data.self = data;
    throw new JsonRpcError(-32050, 'no', data);
  }

  @McpTool()
  fails({ request }: McpContext): unknown {
    return misbehave(headerOf(request, 'x-told'));
  }
}

describeOnAdapters('what an application throws', (adapter) => {
  const { start } = appPerTest(adapter);
  const told = Object.keys(THROWN).flatMap((thrown) =>
    ['at-once', 'later', 'stream'].map((way) => `${way} ${thrown}`),
  );

  /** What requests of both transports are answered that the application is told to fail at. */
  const answers = async (
    url: string,
    headers: Record<string, string>,
    mcp: HttpWireClient,
    sse: WireClient,
  ) => {
    const opening = await WireClient.open(`${url}/sse`, headers);
    const [begun, called, sent] = await Promise.all([
      new HttpWireClient(`${url}/mcp`).post(initialize(), headers),
      mcp.post(rpc(1, 'ping'), headers),
      sse.post(rpc(1, 'ping'), headers),
    ]);
    return [opening.response.statusCode, begun.status, called.status, sent.status];
  };

  const connected = async (options: Partial<McpSseModuleOptions>, providers: any[] = []) => {
    const log = new MemoryLog();
    const app = await start({
      options,
      providers: [Tools, ...providers],
      configure: (each) => each.useLogger(log),
    });
    const mcp = await HttpWireClient.connect(`${app.url}/mcp`);
    const sse = await WireClient.connect(`${app.url}/sse`);
    await sse.initialize();
    const goesOn = async () => {
      expect((await mcp.call('on', 'ping'))['result']).toEqual({});
      expect((await sse.call('on', 'ping'))['result']).toEqual({});
    };
    return { ...app, log, mcp, sse, goesOn };
  };

  it('is answered without its data if JSON cannot express that', async () => {
    const { url } = await start({ providers: [Tools] });
    const client = await HttpWireClient.connect(`${url}/mcp`);
    const { body } = await client.post(rpc(1, 'tools/call', { name: 'circle' }));
    expect(JSON.parse(body)).toEqual({ jsonrpc: '2.0', id: 1, error: { code: -32050, message: 'no' } });
    expect((await client.call(2, 'ping'))['result']).toEqual({});
  });

  it('is answered 500 when a guard throws it, at once or later', async () => {
    const { url, mcp, sse, goesOn } = await connected({ guards: [TheGuard] }, [TheGuard]);
    for (const each of [...told, 'empty'])
      expect([each, ...(await answers(url, { 'x-told': each }, mcp, sse))]).toEqual([
        each,
        500,
        500,
        500,
        500,
      ]);
    await goesOn();
  });

  it('is answered when a passport strategy throws it or calls back twice', async () => {
    const guard = AuthGuard('thrown');
    const { url, mcp, sse, goesOn } = await connected({ guards: [guard] }, [TheStrategy, guard]);
    for (const thrown of Object.keys(THROWN)) {
      // Passport's callback takes an error of undefined or null for none: there is no user then.
      const error = THROWN[thrown] === undefined || THROWN[thrown] === null ? 401 : 500;
      for (const [way, status] of [
        ['at-once', 500],
        ['error', error],
        ['fail', 401],
      ] as const) {
        const statuses = await answers(url, { 'x-told': `${way} ${thrown}` }, mcp, sse);
        expect([way, thrown, ...statuses]).toEqual([way, thrown, status, status, status, status]);
      }
      // The first of two counts.
      expect(await answers(url, { 'x-told': `twice ${thrown}` }, mcp, sse)).toEqual([200, 200, 200, 202]);
    }
    await goesOn();
  });

  it('is an internal error when a handler throws it', async () => {
    const { mcp, goesOn } = await connected({});
    for (const each of told) {
      const { body } = await mcp.post(rpc(1, 'tools/call', { name: 'fails' }), { 'x-told': each });
      expect(JSON.parse(body)).toMatchObject({ id: 1, result: { isError: true } });
    }
    await goesOn();
  });

  it('is logged when subscribers of sessions and of the registry throw it', async () => {
    const { app, sessions, url, log, goesOn } = await connected({});
    const registry = app.get(McpRegistry);
    for (const thrown of Object.values(THROWN)) {
      const subscriber = () => {
        throw thrown;
      };
      sessions.events$.subscribe(subscriber);
      registry.changes$.subscribe(subscriber);
    }
    await HttpWireClient.connect(`${url}/mcp`);
    registry.addTool({ name: 'late' }, () => 'late');
    await goesOn();
    const count = Object.keys(THROWN).length;
    for (const where of ['McpSessionService.events$', 'McpRegistry.changes$'])
      expect(log.lines.filter((line) => line.includes(`a subscriber of ${where} failed`))).toHaveLength(
        count,
      );
  });

  it('is answered 500 when the principal option returns no principal, and the log says what to return', async () => {
    const ada: McpPrincipal = { subject: 'ada', scopes: [], roles: [], claims: {} };
    const wrong: unknown[] = [
      undefined,
      7,
      {},
      { ...ada, subject: 7 },
      { ...ada, scopes: undefined },
      { ...ada, roles: 'x' },
    ];
    let returned: unknown = ada;
    const { url, mcp, sse, log, goesOn } = await connected({ principal: () => returned as McpPrincipal });
    for (returned of wrong) expect(await answers(url, {}, mcp, sse)).toEqual([500, 500, 500, 500]);
    returned = ada;
    await goesOn();
    expect(
      log.lines.filter((line) => line.includes('Return { subject, scopes, roles, claims }')),
    ).toHaveLength(24);
  });
});
