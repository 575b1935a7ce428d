import { describe, expect, it } from '@jest/globals';
import {
  All,
  Controller,
  Get,
  Injectable,
  Module,
  Next,
  Post,
  VersioningType,
  type DynamicModule,
  type MiddlewareConsumer,
  type NestModule,
  type OnModuleInit,
  type Type,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { McpConfigurationError, McpSseModule, type McpSseModuleOptions } from 'nestjs-mcp-sse';
import { WireClient } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { appPerTest } from '../fixtures/app-per-test.js';
import { anError } from '../fixtures/boot-error.js';
import { startModule, type AppFixture } from '../fixtures/start-app.js';

@Controller('mcp')
class OtherMcpController {
  @Post()
  handle(): string {
    return 'theirs';
  }
}

@Module({ controllers: [OtherMcpController] })
class OtherMcpModule {}

const server = (options: Partial<McpSseModuleOptions> = {}) =>
  McpSseModule.forRoot({ name: 'orders', version: '1.0.0', ...options });

const controllers = (...types: Type[]): DynamicModule => ({ module: class {}, controllers: types });

describeOnAdapters('a clash of routes', (adapter) => {
  async function errorOf(
    imports: NonNullable<DynamicModule['imports']>,
    configure?: AppFixture['configure'],
  ) {
    const started = await startModule({ module: class {}, imports }, adapter, configure).catch(
      (error: Error) => error,
    );
    if (started instanceof Error) return started;
    await started.close();
    return new Error('the application started');
  }

  it.each<[string, NonNullable<DynamicModule['imports']>]>([
    ['imported first', [OtherMcpModule, server()]],
    ['imported last', [server(), OtherMcpModule]],
  ])('with a controller %s stops the boot, and names both', async (_order, imports) => {
    expect(await errorOf(imports)).toEqual(
      anError(
        McpConfigurationError,
        'POST /mcp is a route of the MCP server "orders" ("http.path" of McpSseModule)',
        'OtherMcpController.handle',
        'another path',
      ),
    );
  });

  it.each<[string, Type, string, string]>([
    ['the stream', controllerOf('sse', Get), 'GET /sse', '"sse.path"'],
    ['the messages', controllerOf('messages/', Post), 'POST /messages', '"sse.messagesPath"'],
    ['every method', controllerOf('mcp', All), ' /mcp', '"http.path"'],
  ])('names the option of %s', async (_name, controller, route, option) => {
    expect(await errorOf([controllers(controller), server()])).toEqual(
      anError(McpConfigurationError, route, option, 'Other.handle'),
    );
  });

  it('is found under a global prefix', async () => {
    expect(await errorOf([OtherMcpModule, server()], (app) => void app.setGlobalPrefix('api'))).toEqual(
      anError(McpConfigurationError, 'POST /api/mcp', 'OtherMcpController.handle'),
    );
  });

  it('is found for paths with parameters', async () => {
    const paths = { sse: { path: ':tenant/sse', messagesPath: ':tenant/messages' } };
    expect(await errorOf([controllers(controllerOf(':customer/sse', Get)), server(paths)])).toEqual(
      anError(McpConfigurationError, 'GET /:tenant/sse', '"sse.path"', 'Other.handle'),
    );
  });

  it('is no clash for another version in the path', async () => {
    const configure: AppFixture['configure'] = (app) =>
      void app.enableVersioning({ type: VersioningType.URI });
    expect(await errorOf([controllers(Second), server()], configure)).toEqual(
      new Error('the application started'),
    );
    expect(await errorOf([controllers(Second), server({ http: { path: 'v2/mcp' } })], configure)).toEqual(
      anError(McpConfigurationError, 'POST /v2/mcp', 'Second.handle'),
    );
  });

  it('is no clash for another version in a header', async () => {
    const configure: AppFixture['configure'] = (app) =>
      void app.enableVersioning({ type: VersioningType.HEADER, header: 'x-version' });
    expect(await errorOf([controllers(Second), server()], configure)).toEqual(
      new Error('the application started'),
    );
  });

  it('of two servers names both', async () => {
    expect(await errorOf([server(), server({ name: 'reports' })])).toEqual(
      anError(McpConfigurationError, '"orders"', '"reports"', 'another path'),
    );
  });

  it('with a handler that another module gave the adapter stops the boot', async () => {
    @Injectable()
    class Mounts implements OnModuleInit {
      constructor(private readonly host: HttpAdapterHost) {}
      onModuleInit(): void {
        const answer = (_request: unknown, response: { end(text: string): unknown }) =>
          response.end('theirs');
        this.host.httpAdapter.post('/mcp', answer as never);
      }
    }
    expect(await errorOf([server(), { module: class {}, providers: [Mounts] }])).toEqual(
      anError(McpConfigurationError, 'POST /mcp', '"http.path"', 'another module gave the HTTP adapter'),
    );
  });

  it('is none for other methods, and for middleware', async () => {
    @Module({ controllers: [controllerOf('messages-of-others', Get)] })
    class Logged implements NestModule {
      configure(consumer: MiddlewareConsumer): void {
        consumer
          .apply((_request: unknown, _response: unknown, next: () => void) => next())
          .forRoutes({ path: 'mcp', method: 1 }, 'sse');
      }
    }
    const running = await startModule({ module: class {}, imports: [Logged, server()] }, adapter);
    expect(await ping(running.url)).toEqual({});
    await running.close();
  });
});

@Controller({ path: 'mcp', version: '2' })
class Second {
  @Post()
  handle(): string {
    return 'second';
  }
}

describe('a wildcard of the application', () => {
  const { start } = appPerTest();

  it('that Express would match first stops the boot', async () => {
    const started = start({ controllers: [controllerOf('*path', Get)] });
    await expect(started).rejects.toEqual(
      anError(
        McpConfigurationError,
        'GET /sse',
        'is never reached',
        'Other.handle',
        'imported after McpSseModule',
      ),
    );
  });

  it('that comes after the module serves the other paths', async () => {
    const running = await startModule({
      module: class {},
      imports: [server(), controllers(controllerOf('*path', Get))],
    });
    expect(await ping(running.url)).toEqual({});
    expect(await (await fetch(`${running.url}/page`)).text()).toBe('theirs');
    await running.close();
  });

  it('that passes requests on is none of our business', async () => {
    @Controller('*path')
    class Passing {
      @Get()
      handle(@Next() next: () => void): void {
        next();
      }
    }
    const { url } = await start({ controllers: [Passing] });
    expect(await ping(url)).toEqual({});
  });

  it('does no harm on Fastify', async () => {
    const { url } = await start({ adapter: 'fastify', controllers: [controllerOf('*', Get)] });
    expect(await ping(url)).toEqual({});
  });
});

/** The result of a ping over HTTP+SSE. */
async function ping(url: string): Promise<unknown> {
  const client = await WireClient.connect(`${url}/sse`);
  await client.post({ jsonrpc: '2.0', id: 1, method: 'ping' });
  const { result } = await client.answer(1);
  client.close();
  return result;
}

function controllerOf(path: string, Method: () => MethodDecorator): Type {
  @Controller(path)
  class Other {
    @Method()
    handle(): string {
      return 'theirs';
    }
  }
  return Other;
}
