import { afterEach, describe, expect, it } from '@jest/globals';
import { Body, Controller, Get, Injectable, Module, Post, Query, type DynamicModule } from '@nestjs/common';
import { IsInt, IsString } from 'class-validator';
import {
  McpConfigurationError,
  McpResource,
  McpSseModule,
  McpTool,
  type McpSseModuleOptions,
} from 'nestjs-mcp-sse';
import { HttpWireClient, initialize } from '../clients/http-wire-client.js';
import { appPerTest, textOf } from '../fixtures/app-per-test.js';
import { bootError } from '../fixtures/boot-error.js';
import { Greeter } from '../fixtures/greeter.js';
import { MemoryLog } from '../fixtures/memory-log.js';
import { startApp, startModule, type AppFixture } from '../fixtures/start-app.js';
import { quoteIn, TROUBLESHOOTING } from '../fixtures/troubleshooting-page.js';

const { start, connect } = appPerTest();
const environment = { ...process.env };

afterEach(() => {
  process.env = { ...environment };
});

/** What the error that stops the boot says. */
async function refusal(fixture: AppFixture): Promise<string> {
  const error = await bootError(fixture);
  expect(error).toBeInstanceOf(McpConfigurationError);
  return error.message;
}

async function refusalOf(...imports: (DynamicModule | typeof McpSseModule)[]): Promise<string> {
  const error: unknown = await startModule({ module: class {}, imports }).then(
    ({ close }) => close(),
    (failure) => failure,
  );
  expect(error).toBeInstanceOf(McpConfigurationError);
  return (error as Error).message;
}

async function warnings(fixture: AppFixture): Promise<string> {
  const log = new MemoryLog();
  await start({ ...fixture, configure: (app) => app.useLogger(log) });
  return log.lines.filter((line) => line.startsWith('warn')).join('\n');
}

/** Decorates a method as a compiler does, without its check of types. */
function decorate(type: new () => object, method: string, decorator: unknown): void {
  const descriptor = Object.getOwnPropertyDescriptor(type.prototype, method)!;
  (decorator as MethodDecorator)(type.prototype as object, method, descriptor);
}

class NoteDto {
  @IsString()
  text!: string;
}

class PageDto {
  @IsInt()
  page!: number;
}

class Notes {
  list(): string {
    return 'none';
  }
}

describe('a method or class that is decorated wrongly', () => {
  it('A class of arguments has no decorators', async () => {
    class BareDto {
      text!: string;
    }
    @Injectable()
    class Tools {
      @McpTool()
      add(_note: BareDto) {}
    }
    expect(quoteIn(await refusal({ providers: [Tools] }))).toContain('no class-validator decorators');
  });

  it('A parameter cannot be resolved', async () => {
    @Injectable()
    class TwoDtos {
      @McpTool()
      add(_note: NoteDto, _page: PageDto) {}
    }
    @Injectable()
    class Scalars {
      @McpTool({ input: NoteDto })
      add(_text: string, _page: number) {}
    }
    @Injectable()
    class Queried {
      @McpTool()
      add(@Query('text') _text: string) {}
    }
    for (const [type, part] of [
      [TwoDtos, 'parameter 2'],
      [Scalars, 'parameter 2'],
      [Queried, 'its decorator has no meaning here'],
    ] as const) {
      const message = await refusal({ providers: [type] });
      expect(message).toContain(part);
      expect(quoteIn(message)).toContain('one class');
    }
  });

  it('takes a class with @Body() for its arguments, as a route does', async () => {
    @Injectable()
    class Tools {
      @McpTool()
      add(@Body() { text }: NoteDto) {
        return text;
      }
    }
    const client = await connect({ providers: [Tools] });
    expect(textOf(await client.callTool(1, 'add', { text: 'milk' }))).toBe('milk');
    expect(textOf(await client.callTool(2, 'add', { text: 1 }))).toContain('text must be a string');
  });

  it('A decorator has no parentheses', () => {
    expect(() => decorate(Notes, 'list', McpTool)).toThrow(
      'A method of Notes has @McpTool without parentheses.',
    );
    expect(() => decorate(Notes, 'list', McpResource)).toThrow('Write @McpResource().');
    expect(() => decorate(Notes, 'list', McpTool('list' as never))).toThrow(
      '@McpTool("list") takes an object, such as @McpTool({ name: \'find\' }).',
    );
    expect(TROUBLESHOOTING).toContain('> has @McpTool without parentheses. Write @McpTool().');
  });

  it('Nothing is injected into a class', async () => {
    class Store {}
    class Bare {
      constructor(readonly store: Store) {}

      list() {
        return typeof this.store;
      }
    }
    decorate(Bare as never, 'list', McpTool());
    expect(quoteIn(await refusal({ providers: [Store, Bare] }))).toContain('Add @Injectable()');
    Injectable()(Bare);
    expect(await refusal({ providers: [Store, Bare] })).toContain('Set "emitDecoratorMetadata"');
    Reflect.defineMetadata('design:paramtypes', [Store], Bare);
    const client = await connect({ providers: [Store, Bare] });
    expect(textOf(await client.callTool(1, 'list'))).toBe('object');
    const made = await connect({ providers: [{ provide: Bare, useFactory: () => new Bare(new Store()) }] });
    expect(textOf(await made.callTool(1, 'list'))).toBe('object');
  });

  it('Another route has the same path', async () => {
    @Controller('mcp')
    class Other {
      @Post()
      handle() {}
    }
    const ofController = await refusal({ controllers: [Other] });
    expect(ofController).toContain('Other.handle');
    expect(quoteIn(ofController)).toContain('another path');
    const ofServers = await refusalOf(
      McpSseModule.forRoot({ name: 'orders', version: '1.0.0' }),
      McpSseModule.forRoot({ name: 'stock', version: '1.0.0' }),
    );
    expect(ofServers).toMatch(/"orders".*"stock"|"stock".*"orders"/);
    expect(quoteIn(ofServers)).toContain('another path');
  });

  it('A wildcard is matched first', async () => {
    @Controller()
    class Page {
      @Get('*path')
      show() {}
    }
    expect(quoteIn(await refusal({ controllers: [Page] }))).toBe('is never reached');
  });

  it('A class is provided twice', async () => {
    const message = await refusal({
      imports: [{ module: class Feature {}, providers: [Greeter] }],
      providers: [Greeter],
    });
    expect(message).toMatch(/^Two tools are called "greet": Greeter.greet of \w+ and Greeter.greet of \w+\./);
    expect(quoteIn(message)).toContain('in one module');
  });
});

describe('options that are wrong', () => {
  it.each<[object, string]>([
    [{ pth: '/mcp' }, '"pth". Did you mean "sse.path" or "http.path"?'],
    [{ path: '/mcp' }, '"path". Did you mean "sse.path" or "http.path"?'],
    [{ allowedOrigin: ['https://chat.example'] }, '"allowedOrigin". Did you mean "allowedOrigins"?'],
    [{ sse: { messagePath: 'in' } }, '"sse.messagePath". Did you mean "sse.messagesPath"?'],
    [{ auth: { jwt: { secret: 'x', audiance: 'y' } } }, '"auth.jwt.secret"'],
    [{ auth: { apikey: { keys: [] } } }, '"auth.apikey". Did you mean "auth.apiKey"?'],
    [{ cache: { maxAge: 1 } }, '"cache.maxAge". The options there are "cache.ttlMs", "cache.scope".'],
    [{ constructor: {} }, '"constructor"'],
  ])('%j stop the boot', async (options, part) => {
    expect(await refusal({ options: options as Partial<McpSseModuleOptions> })).toContain(
      `McpSseModule has no option ${part}`,
    );
  });

  it.each<[object, string]>([
    [{ allowedHosts: 'api.example.com' }, '"allowedHosts" must be an array, but its type is string.'],
    [{ routes: { forward: 'x-tenant' } }, '"routes.forward" must be an array, but its type is string.'],
    [{ modules: {} }, '"modules" must be an array, but its type is object.'],
  ])('%j without a list stop the boot', async (options, message) => {
    expect(await refusal({ options: options as Partial<McpSseModuleOptions> })).toContain(message);
  });

  it('An option is unknown', async () => {
    expect(quoteIn(await refusal({ options: { pth: '/mcp' } as never }))).toContain('"pth"');
  });

  it('The name or the version is missing', async () => {
    expect(quoteIn(await refusalOf(McpSseModule.forRoot({} as never)))).toContain('"name"');
    expect(await refusalOf(McpSseModule.forRoot(undefined as never))).toContain('needs a "name"');
    expect(await refusalOf(McpSseModule.forRoot({ name: 'notes' } as never))).toContain('needs a "version"');
    const fromFactory = McpSseModule.forRootAsync({ useFactory: () => undefined as never });
    expect(await refusalOf(fromFactory)).toContain('needs a "name"');
  });

  it('The module has no options', async () => {
    expect(quoteIn(await refusalOf(McpSseModule))).toContain('without options');
    @Module({ imports: [McpSseModule] })
    class FeatureModule {}
    await expect(start({ imports: [FeatureModule] })).resolves.toBeDefined();
  });
});

describe('an application that starts, but', () => {
  it('There are no tools', async () => {
    const none = 'There are no tools, resources or prompts.';
    expect(quoteIn(await warnings({}))).toContain(none);
    expect(await warnings({ options: { modules: [class Other {}] } })).toContain(
      'and that module in the option "modules"?',
    );
    expect(await warnings({ providers: [Greeter] })).not.toContain(none);
  });

  it('Models do not call a tool', async () => {
    @Injectable()
    class Tools {
      @McpTool()
      list() {}

      @McpTool({ description: '' })
      count() {}
    }
    const warned = await warnings({ providers: [Greeter, Tools] });
    expect(warned).toContain('Tools without a description: "count", "list".');
    expect(quoteIn(warned)).toContain('Models choose a tool');
  });

  it('A deployment cuts calls off', async () => {
    process.env['NODE_ENV'] = 'production';
    const fixture: AppFixture = {
      providers: [Greeter],
      options: { auth: 'app', protocol: { modern: false } },
    };
    const unheard = 'Nothing listens to SIGTERM';
    expect(quoteIn(await warnings(fixture))).toContain(unheard);
    const listeners = process.listenerCount('SIGTERM');
    const log = new MemoryLog();
    const { close } = await startApp({
      ...fixture,
      configure: (app) => app.enableShutdownHooks().useLogger(log),
    });
    expect(log.lines.join('\n')).not.toContain(unheard);
    await close();
    expect(process.listenerCount('SIGTERM')).toBe(listeners);
  });

  it('404, Cannot POST', async () => {
    const { url } = await start({
      providers: [Greeter],
      configure: (app) => void app.setGlobalPrefix('api'),
    });
    const answer = await new HttpWireClient(`${url}/`).post(initialize());
    expect([answer.status, quoteIn(answer.body)]).toEqual([404, 'Cannot POST /']);
    expect((await new HttpWireClient(`${url}/mcp`).post(initialize())).status).toBe(404);
    expect((await new HttpWireClient(`${url}/api/mcp`).post(initialize())).status).toBe(200);
  });
});
