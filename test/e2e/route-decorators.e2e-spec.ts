import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  applyDecorators,
  Injectable,
  SetMetadata,
  UseGuards,
  Version,
  VersioningType,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { GUARDS_METADATA } from '@nestjs/common/constants.js';
import { APP_GUARD, Reflector } from '@nestjs/core';
import { RouteConfig } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, ApiExcludeController, ApiExcludeEndpoint } from '@nestjs/swagger';
import {
  McpConfigurationError,
  type McpContext,
  McpSseModule,
  McpTool,
  type McpSseModuleOptions,
} from 'nestjs-mcp-sse';
import { HttpWireClient, rpc } from '../clients/http-wire-client.js';
import { ModernWireClient } from '../clients/modern-wire-client.js';
import { send, WireClient } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { appPerTest, textOf } from '../fixtures/app-per-test.js';
import { anError, bootError } from '../fixtures/boot-error.js';
import { startModule } from '../fixtures/start-app.js';
import { UserGuard } from '../fixtures/user.guard.js';

type Decorators = NonNullable<McpSseModuleOptions['decorators']>;

const PUBLIC = 'public';
const Public = () => SetMetadata(PUBLIC, true);

@Injectable()
class Tools {
  @McpTool()
  whoami(ctx: McpContext): string {
    return ctx.principal.subject;
  }
}

/** A global guard as applications have it: what is not public is refused. */
@Injectable()
class PublicOnlyGuard implements CanActivate {
  static readonly seen: string[] = [];

  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    if (context.getType() !== 'http') return true;
    const request: { method: string; url: string } = context.switchToHttp().getRequest();
    PublicOnlyGuard.seen.push(`${request.method} ${request.url.split('?')[0]}`);
    return this.reflector.get<boolean>(PUBLIC, context.getHandler()) === true;
  }
}

describeOnAdapters('decorators', (adapter) => {
  const { start } = appPerTest(adapter);
  const guarded = (decorators?: Decorators) => ({
    providers: [Tools, { provide: APP_GUARD, useClass: PublicOnlyGuard }],
    options: { decorators },
  });

  beforeEach(() => void PublicOnlyGuard.seen.splice(0));

  it('leave metadata on every route that a global guard reads', async () => {
    const { url } = await start(guarded([Public()]));

    const sse = await WireClient.connect(`${url}/sse`);
    expect(textOf(await sse.callTool(1, 'whoami'))).toBe('anonymous');
    sse.close();
    expect(new Set(PublicOnlyGuard.seen.splice(0))).toEqual(new Set(['GET /sse', 'POST /messages']));

    const http = await HttpWireClient.connect(`${url}/mcp`);
    const stream = await http.open();
    expect(textOf(await http.call(2, 'tools/call', { name: 'whoami' }))).toBe('anonymous');
    stream.close();
    expect((await http.delete()).status).toBe(200);
    expect(new Set(PublicOnlyGuard.seen.splice(0))).toEqual(
      new Set(['POST /mcp', 'GET /mcp', 'DELETE /mcp']),
    );

    const modern = new ModernWireClient(`${url}/mcp`);
    expect(textOf(await modern.callTool('whoami'))).toBe('anonymous');
    expect((await send(`${url}/sse`, { body: '{}' })).status).toBe(405);
    expect((await send(`${url}/messages`, { method: 'GET' })).status).toBe(405);
  });

  it('are needed for that: without them the guard refuses', async () => {
    const { url } = await start(guarded());
    for (const path of ['/sse', '/mcp'])
      expect((await send(`${url}${path}`, { method: 'GET' })).status).toBe(403);
    expect((await send(`${url}/mcp`, { body: JSON.stringify(rpc(1, 'ping')) })).status).toBe(403);
  });

  it('are given to forRootAsync() itself', async () => {
    const running = await startModule(
      {
        module: class {},
        imports: [
          McpSseModule.forRootAsync({
            decorators: [Public()],
            useFactory: () => ({ name: 'async', version: '1.0.0' }),
          }),
        ],
        providers: guarded().providers,
      },
      adapter,
    );
    const client = await HttpWireClient.connect(`${running.url}/mcp`);
    expect(textOf(await client.call(1, 'tools/call', { name: 'whoami' }))).toBe('anonymous');
    await running.close();

    const factory = () => ({ name: 'async', version: '1.0.0', decorators: [Public()] });
    const late = startModule({
      module: class {},
      imports: [McpSseModule.forRootAsync({ useFactory: factory })],
    });
    await expect(late).rejects.toEqual(
      anError(McpConfigurationError, '"decorators"', 'forRootAsync() itself'),
    );
  });

  it('belong to one server only', async () => {
    const server = (name: string, decorators?: Decorators) =>
      McpSseModule.forRoot({
        name,
        version: '1.0.0',
        sse: { path: `${name}/sse`, messagesPath: `${name}/messages` },
        http: { path: `${name}/mcp` },
        decorators,
      });
    const running = await startModule(
      {
        module: class {},
        imports: [server('open', [Public()]), server('closed')],
        providers: guarded().providers,
      },
      adapter,
    );
    expect((await send(`${running.url}/open/mcp`, { body: JSON.stringify(rpc(1, 'ping')) })).status).not.toBe(
      403,
    );
    expect((await send(`${running.url}/closed/mcp`, { body: JSON.stringify(rpc(1, 'ping')) })).status).toBe(
      403,
    );
    await running.close();
  });

  it('may be a version', async () => {
    const { url } = await start({
      providers: [Tools],
      options: { decorators: [Version('2')] },
      configure: (app) => void app.enableVersioning({ type: VersioningType.URI }),
    });
    const client = await WireClient.connect(`${url}/v2/sse`);
    expect(textOf(await client.callTool(1, 'whoami'))).toBe('anonymous');
    client.close();
    expect((await send(`${url}/mcp`, { method: 'GET' })).status).toBe(404);
  });

  it.each<[string, Decorators]>([
    ['ApiExcludeController()', [ApiExcludeController()]],
    ['ApiExcludeEndpoint()', [ApiExcludeEndpoint()]],
    ['several in one', [applyDecorators(ApiExcludeEndpoint(), Public())]],
  ])('hide the routes from OpenAPI by %s', async (_name, decorators) => {
    const { app } = await start({ options: { decorators } });
    const { paths } = SwaggerModule.createDocument(app, new DocumentBuilder().build());
    expect(Object.keys(paths)).toEqual([]);
  });

  it("leave the routes the module's, whatever they set or replace", async () => {
    const calls: string[] = [];
    const Wrapped: MethodDecorator = (_target, key, descriptor: PropertyDescriptor) => {
      const inner = descriptor.value as (...args: unknown[]) => unknown;
      return {
        ...descriptor,
        value(this: unknown, ...args: unknown[]) {
          calls.push(String(key));
          return inner.apply(this, args);
        },
      } as never;
    };
    const { url } = await start({
      providers: [Tools],
      options: { decorators: [RouteConfig({ rateLimit: false }), Wrapped] },
    });
    const client = await HttpWireClient.connect(`${url}/mcp`);
    expect(textOf(await client.call(1, 'tools/call', { name: 'whoami' }))).toBe('anonymous');
    expect(calls).toEqual(['message', 'message', 'message']);
  });

  describe('with UseGuards()', () => {
    class HeaderGuard extends UserGuard {
      override canActivate(context: ExecutionContext): boolean {
        return super.canActivate(context) && context.switchToHttp().getRequest().user !== undefined;
      }
    }

    it('guard every request, and name its principal', async () => {
      const { url } = await start({
        providers: [Tools],
        options: { decorators: [UseGuards(HeaderGuard), Public()] },
      });
      expect((await send(`${url}/mcp`, { body: JSON.stringify(rpc(1, 'ping')) })).status).toBe(403);
      expect((await send(`${url}/sse`, { method: 'GET' })).status).toBe(403);
      const headers = { 'x-user': 'ada' };
      const http = await HttpWireClient.connect(`${url}/mcp`, { headers });
      expect(textOf(await http.call(1, 'tools/call', { name: 'whoami' }))).toBe('ada');
      const modern = new ModernWireClient(`${url}/mcp`, headers);
      expect(textOf(await modern.callTool('whoami'))).toBe('ada');
      expect((await http.delete({ 'x-user': 'bob' })).status).toBe(404);
    });

    it('cannot take away the guards of the module', async () => {
      const { url } = await start({
        options: { guards: [HeaderGuard], decorators: [SetMetadata(GUARDS_METADATA, [])] },
      });
      for (const path of ['/sse', '/mcp'])
        expect((await send(`${url}${path}`, { method: 'GET' })).status).toBe(403);
    });

    it('run once for each request, beside those of "guards"', async () => {
      const runs: string[] = [];
      const guard = (name: string): CanActivate => ({ canActivate: () => runs.push(name) > 0 });
      const { url } = await start({
        options: { guards: [guard('guards')], decorators: [UseGuards(guard('decorators'))] },
      });
      await send(`${url}/mcp`, { body: JSON.stringify(rpc(1, 'ping')) });
      expect(runs).toEqual(['guards', 'decorators']);
    });
  });
});

describe('in production, decorators', () => {
  const { start } = appPerTest();
  const { NODE_ENV } = process.env;
  beforeEach(() => void (process.env['NODE_ENV'] = 'production'));
  afterEach(() => {
    if (NODE_ENV === undefined) delete process.env['NODE_ENV'];
    else process.env['NODE_ENV'] = NODE_ENV;
  });

  it('with UseGuards() protect the server', async () => {
    const { url } = await start({ options: { decorators: [UseGuards(UserGuard)] } });
    expect((await send(`${url}/mcp`, { body: JSON.stringify(rpc(1, 'ping')) })).status).toBe(415);
  });

  it.each<[string, Decorators]>([
    ['metadata', [Public()]],
    [
      'a guard that says it authenticates nobody',
      [
        UseGuards(
          class {
            static authenticates = false;
            canActivate = () => true;
          },
        ),
      ],
    ],
  ])('with %s alone do not', async (_name, decorators) => {
    expect(await bootError({ options: { decorators } })).toEqual(
      anError(McpConfigurationError, 'has no authentication'),
    );
  });
});

describe('what is no decorator', () => {
  it.each<[string, unknown, string[]]>([
    ['a factory that was not called', Public, ['"decorators" has Public', 'Call it: "Public()"']],
    ['an object', { public: true }, ['"decorators" has [object Object]']],
  ])('%s stops the boot', async (_name, wrong, parts) => {
    const start = async () => bootError({ options: { decorators: [wrong as MethodDecorator] } });
    const error = await start().catch((thrown: Error) => thrown);
    expect(error).toEqual(anError(McpConfigurationError, ...parts));
  });
});
