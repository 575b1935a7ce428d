import { afterEach, describe, expect, it } from '@jest/globals';
import {
  type CanActivate,
  type DynamicModule,
  type ExecutionContext,
  ForbiddenException,
  Inject,
  Injectable,
  Module,
  Scope,
  UseGuards,
} from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR, REQUEST } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { IsInt, IsString, Min } from 'class-validator';
import {
  McpComplete,
  McpContext,
  McpExecutionContext,
  McpPrompt,
  McpRegistry,
  McpResource,
  McpRoles,
  McpSessionService,
  McpSseModule,
  McpTool,
} from 'nestjs-mcp-sse';
import { type McpMemoryClientOptions, McpTestClient, textOf } from 'nestjs-mcp-sse/testing';
import { createAdapter, describeOnAdapters } from '../fixtures/adapters.js';

@Injectable()
class Prices {
  closed = 0;

  of(product: string): number {
    return product.length;
  }

  onModuleDestroy(): void {
    this.closed++;
  }
}

@Injectable()
class OpeningHours implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { headers, user } = context.switchToHttp().getRequest<{
      headers: Record<string, string>;
      user?: { sub: string };
    }>();
    if (headers['x-shop'] !== 'open') throw new ForbiddenException('The shop is closed.');
    return McpExecutionContext.create(context).principal.subject === (user?.sub ?? 'anonymous');
  }
}

class PriceDto {
  @IsInt()
  @Min(1)
  readonly amount: number = 1;
}

class MealDto {
  @IsString()
  readonly meal!: string;
}

@Injectable({ scope: Scope.REQUEST })
class Till {
  constructor(@Inject(REQUEST) private readonly request: { headers: Record<string, string> }) {}

  @McpTool()
  ring(): string {
    return `rung at ${this.request.headers['x-till']}`;
  }
}

@Injectable()
class Shop {
  aborted?: Promise<unknown>;
  private runs = 0;

  constructor(private readonly prices: Prices) {}

  @McpTool()
  price({ amount }: PriceDto, ctx: McpContext): string {
    ctx.log.info('looking');
    ctx.progress(1, 1);
    return `${amount * this.prices.of('tea')} for ${ctx.principal.subject}`;
  }

  @McpTool()
  @UseGuards(OpeningHours)
  enter(ctx: McpContext): string {
    return `${ctx.era} ${ctx.transport} ${ctx.params['tenant']}`;
  }

  @McpTool()
  count({ request }: McpContext): string {
    const counted = request as { calls?: number };
    return String((counted.calls = (counted.calls ?? 0) + 1));
  }

  @McpTool()
  @McpRoles('manager')
  raise(): string {
    return 'raised';
  }

  @McpTool()
  async order(ctx: McpContext): Promise<string> {
    this.runs++;
    const requestedSchema = { type: 'object' as const, properties: { size: { type: 'number' as const } } };
    const { content } = await ctx.elicit({ message: 'Which size?', requestedSchema });
    const { content: said } = await ctx.sample({
      messages: [{ role: 'user', content: { type: 'text', text: 'Say thanks.' } }],
      maxTokens: 10,
    });
    const [root] = await ctx.listRoots();
    return `${content?.['size']}, ${(said as { text: string }).text}, ${root?.uri}, ${this.runs} runs`;
  }

  @McpTool()
  async wait({ signal }: McpContext): Promise<string> {
    this.aborted = new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve(signal.reason));
    });
    await this.aborted;
    return 'too late';
  }

  @McpResource({ uri: 'shop://menu' })
  menu(): string {
    return 'tea';
  }

  @McpPrompt()
  recommend({ meal }: MealDto): string {
    return `What is good for ${meal}?`;
  }

  @McpComplete({ prompt: 'recommend', argument: 'meal' })
  meals(value: string): string[] {
    return ['lunch', 'dinner'].filter((meal) => meal.startsWith(value));
  }
}

@Module({
  imports: [McpSseModule.forRoot({ name: 'shop', version: '1.0.0', auth: 'app' })],
  providers: [Prices, Shop, Till],
})
class ShopModule {}

let mcp: McpTestClient;

afterEach(() => mcp?.close());

const connect = async (
  options?: McpMemoryClientOptions,
  source: Parameters<typeof McpTestClient.inMemory>[0] = ShopModule,
) => (mcp = await McpTestClient.inMemory(source, options));

describe.each(['legacy', 'modern'] as const)('the client in memory, in the %s era', (era) => {
  it('calls tools, reads resources, gets prompts and completes arguments', async () => {
    await connect({ era });
    expect(mcp.getServerVersion()).toMatchObject({ name: 'shop', version: '1.0.0' });
    expect((await mcp.listTools()).tools.map(({ name }) => name)).toContain('price');
    expect(textOf(await mcp.callTool({ name: 'price', arguments: { amount: 2 } }))).toBe('6 for anonymous');
    expect(textOf(await mcp.readResource({ uri: 'shop://menu' }))).toBe('tea');
    expect(textOf(await mcp.getPrompt({ name: 'recommend', arguments: { meal: 'lunch' } }))).toBe(
      'What is good for lunch?',
    );
    const ref = { type: 'ref/prompt' as const, name: 'recommend' };
    const { completion } = await mcp.complete({ ref, argument: { name: 'meal', value: 'l' } });
    expect(completion.values).toEqual(['lunch']);
    expect(await mcp.ping()).toEqual({});
  });

  it('validates arguments, and answers unknown tools with an error', async () => {
    await connect({ era });
    const result = await mcp.callTool({ name: 'price', arguments: { amount: 0 } });
    expect(() => textOf(result)).toThrow('amount must not be less than 1');
    await expect(mcp.callTool({ name: 'none' })).rejects.toThrow('Unknown tool: none');
  });

  it('runs the guards of a handler with the headers, the parameters and the principal', async () => {
    await connect({
      era,
      headers: { 'X-Shop': 'open' },
      params: { tenant: 'acme' },
      principal: { subject: 'ada' },
    });
    expect(textOf(await mcp.callTool({ name: 'enter' }))).toBe(`${era} stdio acme`);
    const other = await McpTestClient.inMemory(mcp.app, { era });
    const refused = await other.callTool({ name: 'enter' });
    expect(() => textOf(refused)).toThrow('The shop is closed.');
    await other.close();
  });

  it('shows each principal what its roles permit', async () => {
    await connect({ era, principal: { subject: 'grace', roles: ['manager'] } });
    const clerk = await McpTestClient.inMemory(mcp.app, { era, principal: { subject: 'ada' } });
    expect(textOf(await mcp.callTool({ name: 'raise' }))).toBe('raised');
    expect((await clerk.listTools()).tools.map(({ name }) => name)).not.toContain('raise');
    await expect(clerk.callTool({ name: 'raise' })).rejects.toThrow('Unknown tool: raise');
    await clerk.close();
    expect(textOf(await mcp.callTool({ name: 'price' }))).toBe('3 for grace');
  });

  it('answers the questions of a handler', async () => {
    await connect({ era, capabilities: { elicitation: {}, sampling: {}, roots: {} } });
    mcp.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: { size: 3 } }));
    mcp.setRequestHandler(CreateMessageRequestSchema, () => ({
      role: 'assistant',
      model: 'test',
      content: { type: 'text', text: 'thanks' },
    }));
    mcp.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: 'file:///shop' }] }));
    const runs = era === 'legacy' ? 1 : 4;
    expect(textOf(await mcp.callTool({ name: 'order' }))).toBe(`3, thanks, file:///shop, ${runs} runs`);
  });

  it('says which capability is missing', async () => {
    await connect({ era });
    const asked = mcp.callTool({ name: 'order' }).then(textOf);
    await expect(asked).rejects.toThrow('The client did not declare the capability "elicitation"');
  });

  it('hears of progress, logs and changes of lists', async () => {
    await connect({ era });
    await mcp.setLoggingLevel('info');
    const reported: unknown[] = [];
    await mcp.callTool({ name: 'price' }, undefined, { onprogress: (report) => reported.push(report) });
    expect(reported).toEqual([{ progress: 1, total: 1 }]);
    expect(await mcp.nextNotification('notifications/message')).toMatchObject({
      params: { data: 'looking' },
    });
    mcp.app.get(McpRegistry).addTool({ name: 'added' }, () => 'added');
    await mcp.nextNotification('notifications/tools/list_changed');
    expect(textOf(await mcp.callTool({ name: 'added' }))).toBe('added');
  });

  it('subscribes to a resource until it unsubscribes', async () => {
    await connect({ era });
    const service = mcp.app.get(McpSessionService);
    await mcp.subscribeResource({ uri: 'shop://menu' });
    service.resourceUpdated('shop://menu');
    expect(await mcp.nextNotification()).toMatchObject({ params: { uri: 'shop://menu' } });
    await mcp.unsubscribeResource({ uri: 'shop://menu' });
    service.resourceUpdated('shop://menu');
    await expect(mcp.subscribeResource({ uri: 'shop://none' })).rejects.toThrow(/not found/i);
    expect(mcp.notifications).toHaveLength(1);
  });

  it('cancels a call', async () => {
    await connect({ era });
    const cancellation = new AbortController();
    const waiting = mcp.callTool({ name: 'wait' }, undefined, { signal: cancellation.signal });
    await mcp.callTool({ name: 'price' });
    cancellation.abort('enough');
    await expect(waiting).rejects.toThrow('enough');
    expect(await mcp.app.get(Shop).aborted).toMatchObject({ message: 'enough' });
  });

  it('aborts what is in flight when it is closed', async () => {
    const client = await McpTestClient.inMemory(ShopModule, { era });
    const shop = client.app.get(Shop);
    const waiting = client.callTool({ name: 'wait' }).catch((error: Error) => error.message);
    await client.callTool({ name: 'price' });
    await client.close();
    expect(await waiting).toContain('Connection closed');
    expect(await shop.aborted).toBeInstanceOf(Error);
  });

  it('gives each call a request of its own', async () => {
    await connect({ era });
    expect(textOf(await mcp.callTool({ name: 'count' }))).toBe('1');
    expect(textOf(await mcp.callTool({ name: 'count' }))).toBe('1');
  });

  it('gives providers of each request its headers', async () => {
    await connect({ era, headers: { 'x-till': '7' } });
    expect(textOf(await mcp.callTool({ name: 'ring' }))).toBe('rung at 7');
  });

  it('refuses a message that is too large', async () => {
    const module = { module: class Small {}, imports: [small()], providers: [Prices, Shop] };
    await connect({ era }, module);
    const call = mcp.callTool({ name: 'price', arguments: { note: 'x'.repeat(2_000) } });
    await expect(call).rejects.toThrow('more than the 1024 of "limits.maxMessageBytes"');
  });
});

function small(): DynamicModule {
  return McpSseModule.forRoot({
    name: 'small',
    version: '1.0.0',
    auth: 'app',
    limits: { maxMessageBytes: 1_024 },
  });
}

describe('what the client in memory accepts', () => {
  const testing = () =>
    Test.createTestingModule({ imports: [ShopModule] })
      .overrideProvider(Prices)
      .useValue({ of: () => 42 })
      .compile();

  it('a testing module, which it initializes and closes', async () => {
    const module = await testing();
    await connect({}, module);
    expect(textOf(await mcp.callTool({ name: 'price' }))).toBe('42 for anonymous');
    expect(mcp.app).toBe(module);
    await mcp.close();
    await expect(McpTestClient.inMemory(module)).rejects.toThrow('shutting down');
  });

  it('an application that others have initialized, which it leaves open', async () => {
    const module = await testing();
    await module.init();
    const one = await McpTestClient.inMemory(module);
    await one.close();
    await connect({}, module);
    expect(textOf(await mcp.callTool({ name: 'price' }))).toBe('42 for anonymous');
    await module.close();
  });

  it('global enhancers, and closes what it has made of a module', async () => {
    const module = {
      module: class Everywhere {},
      imports: [ShopModule],
      providers: [
        {
          provide: APP_INTERCEPTOR,
          useValue: { intercept: (_: unknown, next: { handle(): unknown }) => next.handle() },
        },
        { provide: APP_FILTER, useValue: { catch: () => 'mended' } },
      ],
    };
    await connect({}, module);
    const prices = mcp.app.get(Prices);
    expect(await mcp.callTool({ name: 'enter' })).toMatchObject({
      isError: true,
      content: [{ text: 'mended' }],
    });
    await mcp.close();
    expect(prices.closed).toBe(1);
  });

  it('fails with the error that stops the boot', async () => {
    const module = await Test.createTestingModule({
      imports: [ShopModule],
      providers: [
        { provide: 'broken', useValue: { onModuleInit: () => Promise.reject(new Error('no database')) } },
      ],
    }).compile();
    await expect(McpTestClient.inMemory(module)).rejects.toThrow('no database');
  });

  it('no testing module of which there is an application', async () => {
    const module = await testing();
    const app = module.createNestApplication({ logger: false });
    await app.init();
    await expect(McpTestClient.inMemory(module)).rejects.toThrow('Pass the application instead.');
    await connect({}, app);
    expect(textOf(await mcp.callTool({ name: 'price' }))).toBe('42 for anonymous');
    await app.close();
  });

  it('no application without the module', async () => {
    @Module({})
    class Other {}
    await expect(McpTestClient.inMemory(Other)).rejects.toThrow(
      'The application does not import McpSseModule.',
    );
  });
});

describeOnAdapters('the client in memory', (adapter) => {
  it('needs no port of an HTTP application', async () => {
    const module = await Test.createTestingModule({ imports: [ShopModule] }).compile();
    const app = module.createNestApplication(createAdapter(adapter));
    await connect({ principal: { subject: 'ada' } }, app);
    expect(textOf(await mcp.callTool({ name: 'price' }))).toBe('3 for ada');
    expect((app.getHttpServer() as { listening: boolean }).listening).toBe(false);
  });
});

describe('several servers of one application', () => {
  const server = (name: string) =>
    McpSseModule.forRoot({
      name,
      version: '1.0.0',
      auth: 'app',
      sse: { path: `${name}/sse`, messagesPath: `${name}/messages` },
      http: { path: `${name}/mcp` },
    });

  @Injectable()
  class Tools {
    @McpTool({ server: 'admin' })
    reset(): string {
      return 'reset';
    }

    @McpTool({ server: 'public' })
    look(): string {
      return 'seen';
    }
  }

  @Module({ imports: [server('admin'), server('public')], providers: [Tools] })
  class Both {}

  it('are told apart by name', async () => {
    await connect({ server: 'admin' }, Both);
    expect((await mcp.listTools()).tools.map(({ name }) => name)).toEqual(['reset']);
    const other = await McpTestClient.inMemory(mcp.app, { server: 'public' });
    expect(textOf(await other.callTool({ name: 'look' }))).toBe('seen');
    await other.close();
  });

  it('need a name', async () => {
    await expect(McpTestClient.inMemory(Both)).rejects.toThrow(
      'The application has several servers: "admin", "public". Name one by the option "server".',
    );
    await expect(McpTestClient.inMemory(Both, { server: 'other' })).rejects.toThrow(
      'The application has no server "other", but "admin", "public".',
    );
  });
});

it('speaks the modern era to a server that has no other', async () => {
  const imports = [
    McpSseModule.forRoot({ name: 'a', version: '1', auth: 'app', protocol: { legacy: false } }),
  ];
  await connect({}, { module: class Modern {}, imports, providers: [Prices, Shop] });
  expect(textOf(await mcp.callTool({ name: 'price' }))).toBe('3 for anonymous');
});

it('says what a client lacks', async () => {
  await connect();
  expect(() => mcp.url).toThrow('A client in memory has no URL. Use McpTestClient.start() to get one.');
  await expect(McpTestClient.inMemory(mcp.app, { principal: { subject: '' } })).rejects.toThrow(
    '"principal" has no subject.',
  );
});

it('closes when the server ends its session', async () => {
  await connect({ principal: { subject: 'ada' } });
  const closed = new Promise<void>((resolve) => (mcp.onclose = resolve));
  mcp.app.get(McpSessionService).closeWhere({ subject: 'ada' });
  await closed;
  await expect(mcp.callTool({ name: 'price' })).rejects.toThrow('Not connected');
});
