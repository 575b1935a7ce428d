import { describe, expect, it } from '@jest/globals';
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
  McpParameterError,
  McpPrompt,
  McpResource,
  McpSchemaError,
  McpTool,
  McpUriParam,
} from 'nestjs-mcp-sse';
import * as z from 'zod';
import { appPerTest } from '../fixtures/app-per-test.js';
import { bootError, anError } from '../fixtures/boot-error.js';

const { start } = appPerTest();

describe('a method that cannot be served stops the boot and says why and how to mend it:', () => {
  it('a decorated controller method that is no route', async () => {
    @Controller()
    class OrdersController {
      @McpTool()
      find() {}
    }
    expect(await bootError({ controllers: [OrdersController] })).toEqual(
      anError(
        McpDecoratedControllerError,
        'OrdersController.find has @McpTool()',
        'is no route',
        'such as @Get(), or move it to a class in the "providers"',
      ),
    );
  });

  it('a route that is a resource', async () => {
    @Controller()
    class OrdersController {
      @Get()
      @McpResource({ uri: 'orders://all' })
      list() {}
    }
    expect(await bootError({ controllers: [OrdersController] })).toEqual(
      anError(McpDecoratedControllerError, 'OrdersController.list has @McpResource()', 'can be tools only'),
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

  it('a parameter with neither a decorator nor a known type', async () => {
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

  it('a variable that is not in the URI template', async () => {
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

  it('but it accepts instances of enhancers on such a provider', async () => {
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
