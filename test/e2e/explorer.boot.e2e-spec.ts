import { afterEach, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  Injectable,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
  ValidationPipe,
  type CanActivate,
} from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import { ValidateNested } from 'class-validator';
import {
  McpArgs,
  McpConfigurationError,
  McpContext,
  McpDecoratedControllerError,
  McpDuplicateNameError,
  McpParameterError,
  McpPrompt,
  McpRegistry,
  McpResource,
  McpSchemaError,
  McpTool,
  McpUriParam,
  type McpSseModuleOptions,
} from 'nestjs-mcp-sse';
import * as z from 'zod';
import { appPerTest } from '../fixtures/app-per-test.js';
import type { AppFixture } from '../fixtures/start-app.js';

const { start } = appPerTest();

/** The error that stops the boot. */
async function bootError(fixture: AppFixture): Promise<Error> {
  return start(fixture).then(
    () => new Error('the application started'),
    (error: Error) => error,
  );
}

/** An error of a class whose message has each of these. */
function anError(type: new (...args: never[]) => McpConfigurationError, ...parts: string[]): unknown {
  const has = parts.map((part) => `(?=.*${part.replaceAll(/[^\w ]/g, '\\$&')})`);
  return expect.objectContaining({
    name: type.name,
    message: expect.stringMatching(new RegExp(`^${has.join('')}`, 's')),
  });
}

describe('a name that is taken stops the boot and names both places:', () => {
  @Injectable()
  class First {
    @McpTool({ name: 'find' })
    one() {}
    @McpPrompt({ name: 'ask' })
    two() {}
    @McpResource({ uri: 'it://1' })
    three() {}
    @McpResource({ uri: 'it://{id}' })
    four() {}
  }

  @Injectable()
  class SecondTool {
    @McpTool()
    find() {}
  }
  @Injectable()
  class SecondPrompt {
    @McpPrompt()
    ask() {}
  }
  @Injectable()
  class SecondResource {
    @McpResource({ uri: 'it://1', name: 'another' })
    resource() {}
  }
  @Injectable()
  class SecondTemplate {
    @McpResource({ uri: 'it://{id}', name: 'another' })
    template() {}
  }

  it.each([
    ['a tool', SecondTool, ['tools are called "find"', 'First.one', 'SecondTool.find', '"name"']],
    ['a prompt', SecondPrompt, ['prompts are called "ask"', 'First.two', 'SecondPrompt.ask', '"name"']],
    ['a resource', SecondResource, ['"it://1"', 'First.three', 'SecondResource.resource', '"uri"']],
    ['a template', SecondTemplate, ['"it://{id}"', 'First.four', 'SecondTemplate.template', '"uri"']],
  ])('%s', async (_kind, second, parts) => {
    expect(await bootError({ providers: [First, second] })).toEqual(anError(McpDuplicateNameError, ...parts));
  });

  it('a tool and a prompt of one name are no conflict', async () => {
    @Injectable()
    class Features {
      @McpTool()
      find() {}
      @McpPrompt({ name: 'find' })
      prompt() {}
    }
    await expect(start({ providers: [Features] })).resolves.toBeDefined();
  });
});

describe('the name of a tool', () => {
  const named = (name: string) => {
    @Injectable()
    class Tools {
      @McpTool({ name })
      find() {}
    }
    return { providers: [Tools] };
  };

  it.each(['a', 'A.b_c-9', 'x'.repeat(128)])('may be %s', async (name) => {
    const { app } = await start(named(name));
    expect(app.get(McpRegistry).tools).toMatchObject([{ name }]);
  });

  it.each(['', 'x'.repeat(129)])('has 1 to 128 characters, or the boot stops: %j', async (name) => {
    expect(await bootError(named(name))).toEqual(
      anError(McpConfigurationError, 'Tools.find', `called "${name}"`, '1 to 128 characters'),
    );
  });

  it.each(['größe', 'find\n', 'find\u0000', 'fınd'])('is of ASCII letters and digits: %j', async (name) => {
    expect(await bootError(named(name))).toEqual(
      anError(McpConfigurationError, 'Tools.find', 'Give it a "name"', 'ASCII letters'),
    );
  });

  it.each(['find order', 'find,order', 'find/order', '$find'])(
    'has no other characters than _, - and .: %j',
    async (name) => {
      expect(await bootError(named(name))).toEqual(anError(McpConfigurationError, 'Tools.find', name));
    },
  );

  it('is checked where it is that of the method, and at run time', async () => {
    @Injectable()
    class Tools {
      @McpTool()
      $find() {}
    }
    expect(await bootError({ providers: [Tools] })).toEqual(anError(McpConfigurationError, 'Tools.$find'));
    const registry = (await start({})).app.get(McpRegistry);
    expect(() => registry.addTool({ name: 'find order' }, () => '')).toThrow(
      expect.objectContaining({ message: expect.stringContaining('addTool("find order")') }),
    );
    expect(registry.tools).toEqual([]);
  });
});

describe('a method that cannot be served stops the boot and says why and how to mend it:', () => {
  it('a decorated controller method', async () => {
    @Controller()
    class OrdersController {
      @Get()
      @McpTool()
      find() {}
    }
    expect(await bootError({ controllers: [OrdersController] })).toEqual(
      anError(
        McpDecoratedControllerError,
        'OrdersController.find has @McpTool()',
        'is a controller',
        'Move the method to a class in the "providers"',
      ),
    );
  });

  it('an inherited decorated method of a controller', async () => {
    class Base {
      @McpResource({ uri: 'it://1' })
      read() {}
    }
    @Controller()
    class Derived extends Base {}
    expect(await bootError({ controllers: [Derived] })).toEqual(
      anError(McpDecoratedControllerError, 'Derived.read has @McpResource()'),
    );
  });

  it('a parameter that nothing says what to pass for', async () => {
    @Injectable()
    class Tools {
      @McpTool({ input: { type: 'object' } })
      find(_args: unknown, _ctx: McpContext, _third: string) {}
    }
    expect(await bootError({ providers: [Tools] })).toEqual(
      anError(McpParameterError, 'Tools.find', 'parameter 3', '@McpArgs()'),
    );
  });

  it('a second parameter that is no context', async () => {
    @Injectable()
    class Tools {
      @McpTool({ input: { type: 'object' } })
      find(_args: unknown, _limit: number) {}
    }
    expect(await bootError({ providers: [Tools] })).toEqual(
      anError(McpParameterError, 'Tools.find', 'parameter 2'),
    );
  });

  it('arguments twice', async () => {
    @Injectable()
    class Tools {
      @McpTool({ input: { type: 'object' } })
      find(@McpArgs() _one: unknown, @McpArgs() _two: unknown) {}
    }
    expect(await bootError({ providers: [Tools] })).toEqual(
      anError(McpParameterError, 'Tools.find', 'parameter 2', 'taken already'),
    );
  });

  it('a variable that the URI template has not', async () => {
    @Injectable()
    class Resources {
      @McpResource({ uri: 'orders://{id}' })
      read(@McpUriParam('order') _order: string) {}
    }
    expect(await bootError({ providers: [Resources] })).toEqual(
      anError(McpParameterError, 'Resources.read', '"order"', 'are: id'),
    );
  });

  it('a variable of a URI for a tool', async () => {
    @Injectable()
    class Tools {
      @McpTool()
      find(@McpUriParam('id') _id: string) {}
    }
    expect(await bootError({ providers: [Tools] })).toEqual(
      anError(McpParameterError, 'Tools.find', 'parameter 1', '@McpUriParam()'),
    );
  });

  it('arguments whose type has no schema', async () => {
    interface Query {
      readonly text: string;
    }
    @Injectable()
    class Tools {
      @McpTool()
      find(_query: Query) {}
    }
    expect(await bootError({ providers: [Tools] })).toEqual(
      anError(McpSchemaError, 'Tools.find', 'not a class', '"input"'),
    );
  });

  it('arguments of a prompt whose type has no schema', async () => {
    @Injectable()
    class Prompts {
      @McpPrompt()
      ask(_query: { text: string }) {}
    }
    expect(await bootError({ providers: [Prompts] })).toEqual(
      anError(McpSchemaError, 'Prompts.ask', '"args"'),
    );
  });

  it('a class without validators', async () => {
    class Bare {
      text!: string;
    }
    @Injectable()
    class Tools {
      @McpTool()
      find(_query: Bare) {}
    }
    expect(await bootError({ providers: [Tools] })).toEqual(anError(McpSchemaError, 'Tools.find', 'Bare'));
  });

  it('a DTO that JSON Schema cannot express', async () => {
    class Nested {
      @ValidateNested()
      inner!: unknown;
    }
    @Injectable()
    class Tools {
      @McpTool()
      find(_query: Nested) {}
    }
    expect(await bootError({ providers: [Tools] })).toEqual(
      anError(McpSchemaError, 'Tools.find', 'Nested.inner', '@Type('),
    );
  });

  it('a zod schema that JSON Schema cannot express', async () => {
    @Injectable()
    class Tools {
      @McpTool({ input: z.object({ id: z.bigint() }) })
      find(_query: unknown) {}
    }
    expect(await bootError({ providers: [Tools] })).toEqual(
      anError(McpSchemaError, 'Tools.find (input)', 'BigInt', 'pass a JSON Schema'),
    );
  });

  it.each([
    ['zod', z.string()],
    ['JSON Schema', { type: 'string' } as never],
  ])('an input of %s that is no object', async (_kind, input) => {
    @Injectable()
    class Tools {
      @McpTool({ input })
      find(_query: unknown) {}
    }
    expect(await bootError({ providers: [Tools] })).toEqual(
      anError(McpSchemaError, 'Tools.find (input)', 'object'),
    );
  });

  it.each([
    ['zod', z.array(z.string())],
    ['JSON Schema', { type: 'array' } as never],
  ])('an output of %s that is no object', async (_kind, output) => {
    @Injectable()
    class Tools {
      @McpTool({ output })
      find() {}
    }
    expect(await bootError({ providers: [Tools] })).toEqual(
      anError(McpSchemaError, 'Tools.find (output)', 'object'),
    );
  });

  it.each(['no scheme', '/orders', 'orders://{id'])('a URI such as "%s"', async (uri) => {
    @Injectable()
    class Resources {
      @McpResource({ uri })
      read() {}
    }
    expect(await bootError({ providers: [Resources] })).toEqual(
      anError(McpConfigurationError, 'Resources.read', uri, 'RFC 6570'),
    );
  });

  it('enhancers that are named by class on a provider made by a factory or a value', async () => {
    @Injectable()
    class RefusingGuard implements CanActivate {
      canActivate(): boolean {
        return false;
      }
    }
    class OfMethod {
      @McpTool()
      @UseGuards(RefusingGuard)
      find() {}
    }
    @UseGuards(RefusingGuard)
    class OfClass {
      @McpTool()
      find() {}
    }
    class WithPipe {
      @McpTool()
      @UsePipes(ValidationPipe)
      find() {}
    }
    class WithFilter {
      @McpTool()
      @UseFilters(BaseExceptionFilter)
      find() {}
    }
    const cases: [new () => object, string][] = [
      [OfMethod, '@UseGuards() names RefusingGuard'],
      [OfClass, '@UseGuards() names RefusingGuard'],
      [WithPipe, '@UsePipes() names ValidationPipe'],
      [WithFilter, '@UseFilters() names BaseExceptionFilter'],
    ];
    for (const [type, part] of cases)
      for (const provider of [
        { provide: 'TOOLS', useFactory: () => new type() },
        { provide: 'TOOLS', useValue: new type() },
      ])
        expect(await bootError({ providers: [provider] })).toEqual(
          anError(McpConfigurationError, `${type.name}.find`, part, 'by its class'),
        );
  });

  it('a pipe that a parameter names by class on a provider made by a factory', async () => {
    class Tools {
      @McpTool({ input: { type: 'object' } })
      find(@McpArgs(ValidationPipe) _args: unknown) {}
    }
    expect(await bootError({ providers: [{ provide: 'TOOLS', useFactory: () => new Tools() }] })).toEqual(
      anError(McpConfigurationError, 'Tools.find', 'ValidationPipe'),
    );
  });

  it('instances of enhancers on such a provider are no problem', async () => {
    class Tools {
      @McpTool()
      @UseGuards({ canActivate: () => true })
      @UseInterceptors({ intercept: (_context: unknown, next: { handle(): never }) => next.handle() })
      find() {}
    }
    await expect(
      start({ providers: [{ provide: 'TOOLS', useFactory: () => new Tools() }] }),
    ).resolves.toBeDefined();
  });
});

describe('options that cannot work stop the boot and name themselves:', () => {
  it.each<[string, Partial<McpSseModuleOptions>, string[]]>([
    ['an sse.path with a wildcard', { sse: { path: 'a/*b' } }, ['"sse.path" is "a/*b"']],
    ['an empty sse.path', { sse: { path: '/' } }, ['"sse.path" is "/"']],
    ['an sse.path with a query', { sse: { path: 'sse?x=1' } }, ['"sse.path"']],
    ['a messagesPath with a space', { sse: { messagesPath: 'a b' } }, ['"sse.messagesPath" is "a b"']],
    ['equal paths', { sse: { path: '/mcp', messagesPath: 'mcp/' } }, ['are both "/mcp"']],
    [
      'a parameter that only messagesPath has',
      { sse: { path: ':tenant/sse', messagesPath: ':customer/messages' } },
      ['":customer"', '"sse.path"'],
    ],
    ['a publicUrl that is no URL', { publicUrl: 'example.com/api' }, ['"publicUrl" is "example.com/api"']],
    ['a publicUrl that is not http', { publicUrl: 'ftp://example.com' }, ['"publicUrl"']],
    [
      'a trusted proxy that is a name',
      { trustedProxies: ['localhost'] },
      ['"trustedProxies" has "localhost"'],
    ],
    ['a publicUrl without a scheme', { publicUrl: 'localhost:3000/api' }, ['"localhost:3000/api"']],
    ['a range that is too wide', { trustedProxies: ['10.0.0.0/33'] }, ['"10.0.0.0/33"']],
    ['a range without bits', { trustedProxies: ['10.0.0.0/'] }, ['"10.0.0.0/"']],
  ])('%s', async (_name, options, parts) => {
    expect(await bootError({ options })).toEqual(anError(McpConfigurationError, ...parts));
  });
});

describe('under NODE_ENV=production', () => {
  const { NODE_ENV } = process.env;

  afterEach(() => {
    if (NODE_ENV === undefined) delete process.env['NODE_ENV'];
    else process.env['NODE_ENV'] = NODE_ENV;
  });

  it('a module without authentication stops the boot', async () => {
    process.env['NODE_ENV'] = 'production';
    expect(await bootError({})).toEqual(
      anError(McpConfigurationError, 'no authentication', '"auth" or "guards"', "auth: 'app'"),
    );
  });

  it.each<[string, Partial<McpSseModuleOptions>]>([
    ["auth: 'app'", { auth: 'app' }],
    ['a guard', { guards: [{ canActivate: () => true }] }],
    ['API keys', { auth: { apiKey: { keys: [{ name: 'ada', key: 'secret' }] } } }],
  ])('a module with %s starts', async (_name, options) => {
    process.env['NODE_ENV'] = 'production';
    await expect(start({ options })).resolves.toBeDefined();
  });
});
