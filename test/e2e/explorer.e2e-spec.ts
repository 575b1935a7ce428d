import { describe, expect, it } from '@jest/globals';
import { Global, Inject, Injectable, Module, type DynamicModule, type Provider } from '@nestjs/common';
import { IsString } from 'class-validator';
import {
  McpArgs,
  McpContext,
  McpPrompt,
  McpRegistry,
  McpResource,
  McpSseModule,
  McpTool,
  type McpSseModuleOptions,
} from 'nestjs-mcp-sse';
import { send, WireClient } from '../clients/wire-client.js';
import { appPerTest, textOf } from '../fixtures/app-per-test.js';
import { startModule } from '../fixtures/start-app.js';

class NameDto {
  @IsString()
  name!: string;
}

@Injectable()
class Greeter {
  constructor(@Inject('GREETING') private readonly greeting = 'Hello') {}

  @McpTool()
  greet({ name }: NameDto) {
    return `${this.greeting} ${name}`;
  }

  @McpResource({ uri: 'greeting://current' })
  current() {
    return this.greeting;
  }

  @McpPrompt()
  welcome() {
    return `Say ${this.greeting}`;
  }
}

const GREETING: Provider = { provide: 'GREETING', useValue: 'Hello' };

/** Ways to provide a class. */
const PROVIDERS: [string, Provider[]][] = [
  ['its class', [Greeter, GREETING]],
  ['{ provide: token, useClass }', [{ provide: 'GREETER', useClass: Greeter }, GREETING]],
  ['useFactory', [{ provide: 'GREETER', useFactory: () => new Greeter('Hello') }]],
  [
    'an asynchronous useFactory with dependencies',
    [
      {
        provide: Greeter,
        inject: ['GREETING'],
        useFactory: async (greeting: string) => {
          await Promise.resolve();
          return new Greeter(greeting);
        },
      },
      GREETING,
    ],
  ],
  ['useValue', [{ provide: Symbol('greeter'), useValue: new Greeter('Hello') }]],
  [
    'useExisting beside its class',
    [
      Greeter,
      GREETING,
      { provide: 'ALIAS', useExisting: Greeter },
      { provide: 'ALIAS_OF_ALIAS', useExisting: 'ALIAS' },
    ],
  ],
];

describe('the explorer', () => {
  const { connect, start } = appPerTest();

  it.each(PROVIDERS)('finds the methods of a provider by %s once', async (_way, providers) => {
    const client = await connect({ providers });
    const { result: tools } = await client.call(1, 'tools/list');
    expect(tools.tools.map(({ name }: { name: string }) => name)).toEqual(['greet']);
    expect(textOf(await client.callTool(2, 'greet', { name: 'Ada' }))).toBe('Hello Ada');
    const { result: resource } = await client.call(3, 'resources/read', { uri: 'greeting://current' });
    expect(resource.contents[0].text).toBe('Hello');
    const { result: prompt } = await client.call(4, 'prompts/get', { name: 'welcome' });
    expect(prompt.messages[0].content.text).toBe('Say Hello');
  });

  it('finds methods in every module: nested, global, dynamic, and that of another feature', async () => {
    const providerOf = (name: string) => {
      @Injectable()
      class Tools {
        @McpTool({ name })
        tool() {
          return name;
        }
      }
      return Tools;
    };
    @Module({ providers: [providerOf('nested')] })
    class NestedModule {}
    @Module({ imports: [NestedModule], providers: [providerOf('feature')] })
    class FeatureModule {}
    @Global()
    @Module({ providers: [providerOf('global')] })
    class GlobalModule {}
    @Module({})
    class WithRoot {
      static forRoot(): DynamicModule {
        return { module: WithRoot, providers: [providerOf('dynamic')] };
      }
    }
    const client = await connect({
      imports: [FeatureModule, GlobalModule, WithRoot.forRoot()],
      providers: [providerOf('root')],
    });
    for (const name of ['root', 'feature', 'nested', 'global', 'dynamic'])
      expect(textOf(await client.callTool(name, name))).toBe(name);
  });

  it('finds inherited methods, with the parameters that their class declares', async () => {
    abstract class Base {
      protected abstract readonly suffix: string;

      @McpTool()
      inherited(@McpArgs() { name }: NameDto, ctx: McpContext) {
        return `${name} ${this.suffix} ${ctx.requestId}`;
      }

      @McpTool()
      overridden() {
        return 'base';
      }
    }
    abstract class Middle extends Base {}
    @Injectable()
    class Tools extends Middle {
      protected readonly suffix = 'of Tools';

      @McpTool({ name: 'renamed' })
      override overridden() {
        return `derived of ${super.overridden()}`;
      }
    }
    const client = await connect({ providers: [Tools] });
    expect(textOf(await client.callTool(1, 'inherited', { name: 'Ada' }))).toBe('Ada of Tools 1');
    expect(textOf(await client.callTool(2, 'renamed'))).toBe('derived of base');
    const { result } = await client.call(3, 'tools/list');
    expect(result.tools).toHaveLength(2);
  });

  it('distinguishes classes of the same name', async () => {
    const toolsOf = (name: string) => {
      class Tools {
        @McpTool({ name })
        run({ name: who }: NameDto, ctx: McpContext) {
          return `${name} ${who} ${ctx.requestId}`;
        }
      }
      return Tools;
    };
    class Other {
      @McpTool({ name: 'other' })
      run(ctx: McpContext) {
        return `other ${ctx.requestId}`;
      }
    }
    Object.defineProperty(Other, 'name', { value: 'Tools' });
    const client = await connect({ providers: [toolsOf('first'), toolsOf('second'), Other] });
    expect(textOf(await client.callTool(1, 'first', { name: 'Ada' }))).toBe('first Ada 1');
    expect(textOf(await client.callTool(2, 'second', { name: 'Ada' }))).toBe('second Ada 2');
    expect(textOf(await client.callTool(3, 'other'))).toBe('other 3');
  });

  it('lists what it found in McpRegistry', async () => {
    const { app } = await start({ providers: [Greeter, GREETING] });
    const { tools, resources, prompts } = app.get(McpRegistry);
    expect([tools, resources, prompts].map((list) => list.map(({ name }) => name))).toEqual([
      ['greet'],
      ['current'],
      ['welcome'],
    ]);
  });
});

const OPTIONS: McpSseModuleOptions = {
  name: 'async',
  version: '2.0.0',
  instructions: 'Greet people.',
  sse: { path: 'mcp/:tenant/stream', messagesPath: 'mcp/:tenant/in' },
  auth: { apiKey: { keys: [{ name: 'ada', key: 'secret' }] } },
  limits: { maxMessageBytes: 1_000 },
};

@Injectable()
class OptionsFactory {
  constructor(@Inject('OPTIONS') private readonly options: McpSseModuleOptions) {}

  create(): Promise<McpSseModuleOptions> {
    return Promise.resolve(this.options);
  }
}

@Module({
  providers: [{ provide: 'OPTIONS', useValue: OPTIONS }, OptionsFactory],
  exports: ['OPTIONS', OptionsFactory],
})
class OptionsModule {}

/** Ways to configure the module. */
const CONFIGURATIONS: [string, () => DynamicModule][] = [
  ['forRoot()', () => McpSseModule.forRoot(OPTIONS)],
  [
    'forRootAsync({ useFactory })',
    () =>
      McpSseModule.forRootAsync({
        imports: [OptionsModule],
        inject: ['OPTIONS'],
        useFactory: async (options: McpSseModuleOptions) => {
          await Promise.resolve();
          return options;
        },
      }),
  ],
  [
    'forRootAsync({ useClass })',
    () => McpSseModule.forRootAsync({ imports: [OptionsModule], useClass: OptionsFactory }),
  ],
  [
    'forRootAsync({ useExisting })',
    () => McpSseModule.forRootAsync({ imports: [OptionsModule], useExisting: OptionsFactory }),
  ],
];

describe.each(CONFIGURATIONS)('%s', (_name, configured) => {
  it('serves routes, protocol and features according to its options', async () => {
    const running = await startModule({
      module: class AppModule {},
      imports: [configured()],
      providers: [Greeter, GREETING],
    });
    const url = `${running.url}/mcp/acme/stream`;
    const key = { 'x-api-key': 'secret' };
    const { status, headers } = await send(url, { method: 'GET' });
    expect([status, headers['www-authenticate']]).toEqual([401, 'Bearer']);
    const client = await WireClient.connect(url, key);
    expect(client.events[0]!.data).toBe(`/mcp/acme/in?sessionId=${await client.sessionId()}`);
    const { result } = await client.initialize();
    expect(result).toMatchObject({
      serverInfo: { name: 'async', version: '2.0.0' },
      instructions: 'Greet people.',
    });
    expect(textOf(await client.callTool(1, 'greet', { name: 'Ada' }))).toBe('Hello Ada');
    const { status: ofLarge } = await client.post({ jsonrpc: '2.0', method: 'x'.repeat(1_000) });
    expect(ofLarge).toBe(413);
    const { status: ofDefault } = await send(`${running.url}/sse`, { method: 'GET', headers: key });
    expect(ofDefault).toBe(404);
    const { status: ofPost, headers: allowed } = await send(url, { headers: key });
    expect([ofPost, allowed['allow']]).toEqual([405, 'GET']);
    await running.close();
  });
});
