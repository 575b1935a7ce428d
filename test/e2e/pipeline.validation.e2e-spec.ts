import { afterEach, describe, expect, it } from '@jest/globals';
import {
  Injectable,
  Scope,
  UsePipes,
  ValidationPipe,
  type PipeTransform,
  type ValidationPipeOptions,
} from '@nestjs/common';
import { APP_PIPE } from '@nestjs/core';
import { Type } from 'class-transformer';
import {
  IsInt,
  IsOptional,
  registerDecorator,
  ValidateNested,
  type ValidationOptions,
} from 'class-validator';
import { McpArgs, McpContext, McpCtx, McpPrincipal, McpPrompt, McpTool } from 'nestjs-mcp-sse';
import { appPerTest, textOf } from '../fixtures/app-per-test.js';
import type { AppFixture } from '../fixtures/start-app.js';

let validations = 0;

/** Accepts "Ada" and counts how often it was asked. */
function IsAda(options?: ValidationOptions): PropertyDecorator {
  return (target, propertyName) =>
    registerDecorator({
      name: 'isAda',
      target: target.constructor,
      propertyName: propertyName as string,
      options,
      validator: {
        validate: (value) => {
          validations++;
          return value === 'Ada';
        },
        defaultMessage: ({ property } = {} as never) => `${property} must be Ada`,
      },
    });
}

class LineDto {
  @IsInt()
  price!: number;
}

class OrderDto {
  @IsAda()
  name!: string;

  @IsOptional()
  @ValidateNested()
  @Type(() => LineDto)
  line?: LineDto;

  greeting(): string {
    return `Hello ${this.name}`;
  }
}

function order(dto: OrderDto): string {
  return `${dto.greeting()} ${dto instanceof OrderDto} ${dto.line?.constructor.name ?? 'no line'}`;
}

@Injectable()
class Tools {
  @McpTool()
  order(args: OrderDto, ctx: McpContext) {
    return `${order(args)} ${ctx.requestId}`;
  }
}

const PIPES: [string, ValidationPipeOptions][] = [
  ['no options', {}],
  ['transform: false', { transform: false }],
  ['transform: true', { transform: true }],
  ['whitelist: true', { whitelist: true }],
  ['whitelist: true, transform: true', { whitelist: true, transform: true }],
  ['forbidNonWhitelisted: true', { whitelist: true, forbidNonWhitelisted: true }],
];

/** Where an application may have its ValidationPipe. */
const PLACES: [string, (options: ValidationPipeOptions) => AppFixture][] = [
  [
    'useGlobalPipes()',
    (options) => ({
      providers: [Tools],
      configure: (app) => void app.useGlobalPipes(new ValidationPipe(options)),
    }),
  ],
  [
    'APP_PIPE',
    (options) => ({ providers: [Tools, { provide: APP_PIPE, useValue: new ValidationPipe(options) }] }),
  ],
  [
    'a request-scoped APP_PIPE',
    (options) => {
      @Injectable()
      class ScopedPipe extends ValidationPipe {
        constructor() {
          super(options);
        }
      }
      return {
        providers: [Tools, { provide: APP_PIPE, useClass: ScopedPipe, scope: Scope.REQUEST }],
      };
    },
  ],
  [
    '@UsePipes() of the method',
    (options) => {
      @Injectable()
      class MethodTools {
        @McpTool()
        @UsePipes(new ValidationPipe(options))
        order(args: OrderDto, ctx: McpContext) {
          return `${order(args)} ${ctx.requestId}`;
        }
      }
      return { providers: [MethodTools] };
    },
  ],
  [
    '@UsePipes() of the class',
    (options) => {
      @Injectable()
      @UsePipes(new ValidationPipe(options))
      class ClassTools extends Tools {}
      return { providers: [ClassTools] };
    },
  ],
  [
    '@McpArgs()',
    (options) => {
      @Injectable()
      class ArgumentTools {
        @McpTool()
        order(@McpArgs(new ValidationPipe(options)) args: OrderDto, @McpCtx() ctx: McpContext) {
          return `${order(args)} ${ctx.requestId}`;
        }
      }
      return { providers: [ArgumentTools] };
    },
  ],
];

describe('arguments of a DTO class', () => {
  const { connect } = appPerTest();

  afterEach(() => void (validations = 0));

  /** What becomes of arguments, and how many validations there were after each of the first two calls. */
  async function outcomesOf(fixture: AppFixture): Promise<object> {
    const client = await connect(fixture);
    const call = async (id: number, args?: object) => textOf(await client.callTool(id, 'order', args));
    return {
      valid: await call(1, { name: 'Ada', line: { price: 7 } }),
      afterValid: validations,
      invalid: await call(2, { name: 'Bob', line: { price: 'x' } }),
      afterInvalid: validations,
      unknown: await call(3, { name: 'Ada', admin: true }),
      unknownNested: await call(4, { name: 'Ada', line: { price: 7, tax: 1 } }),
      missing: await call(5),
    };
  }

  const ONCE = {
    valid: 'Hello Ada true LineDto 1',
    afterValid: 1,
    invalid: expect.stringMatching(/^isError: .*name must be Ada.*line\.price\b.* must be an integer number/),
    afterInvalid: 2,
    unknown: expect.stringMatching(/^isError: .*property admin should not exist/),
    unknownNested: expect.stringMatching(/^isError: .*property tax should not exist/),
    missing: expect.stringMatching(/^isError: .*name must be Ada/),
  };

  it('are validated once without a ValidationPipe of the application', async () => {
    expect(await outcomesOf({ providers: [Tools] })).toEqual(ONCE);
  });

  describe.each(PLACES)('with a ValidationPipe in %s', (_place, fixtureOf) => {
    it.each(PIPES)('are validated once, by %s', async (_name, options) => {
      expect(await outcomesOf(fixtureOf(options))).toEqual(ONCE);
    });
  });

  it('are validated once with a ValidationPipe that is named by class', async () => {
    @Injectable()
    class ByClass {
      @McpTool()
      @UsePipes(ValidationPipe)
      order(args: OrderDto, ctx: McpContext) {
        return `${order(args)} ${ctx.requestId}`;
      }
    }
    expect(await outcomesOf({ providers: [ByClass] })).toEqual(ONCE);
  });

  it('are validated once with a ValidationPipe class in @McpArgs()', async () => {
    @Injectable()
    class ByClass {
      @McpTool()
      order(@McpArgs(ValidationPipe) args: OrderDto, ctx: McpContext) {
        return `${order(args)} ${ctx.requestId}`;
      }
    }
    expect(await outcomesOf({ providers: [ByClass] })).toEqual(ONCE);
  });

  it('are validated once for a request-scoped provider', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class ScopedTools extends Tools {}
    expect(
      await outcomesOf({
        providers: [ScopedTools],
        configure: (app) => void app.useGlobalPipes(new ValidationPipe({ whitelist: true })),
      }),
    ).toEqual(ONCE);
  });

  it.each([[undefined], [new ValidationPipe()], [new ValidationPipe({ transform: true })]])(
    'are validated when only the "input" option names the class (ValidationPipe: %#)',
    async (pipe?: PipeTransform) => {
      @Injectable()
      class Untyped {
        @McpTool({ input: OrderDto })
        order(args: any) {
          return order(args);
        }
        @McpPrompt({ args: OrderDto })
        prompt(args: any) {
          return order(args);
        }
      }
      const client = await connect({
        providers: [Untyped],
        configure: (app) => void (pipe && app.useGlobalPipes(pipe)),
      });
      expect(textOf(await client.callTool(1, 'order', { name: 'Ada' }))).toBe('Hello Ada true no line');
      expect(textOf(await client.callTool(2, 'order', { name: 'Bob' }))).toMatch(/^isError: .*must be Ada/);
      const { error } = await client.call(3, 'prompts/get', { name: 'prompt', arguments: { name: 'Bob' } });
      expect(error).toMatchObject({ code: -32602, message: expect.stringContaining('must be Ada') });
    },
  );

  it('and the context pass a ValidationPipe that validates custom decorators', async () => {
    @Injectable()
    class Decorated {
      @McpTool()
      order(
        @McpArgs() args: OrderDto,
        @McpCtx() ctx: McpContext,
        @McpPrincipal() { subject }: McpPrincipal,
        again: McpContext,
      ) {
        return `${order(args)} ${ctx.requestId} ${subject} ${ctx === again}`;
      }
    }
    const client = await connect({
      providers: [Decorated],
      configure: (app) =>
        void app.useGlobalPipes(
          new ValidationPipe({ whitelist: true, transform: true, validateCustomDecorators: true }),
        ),
    });
    const answer = await client.callTool(1, 'order', { name: 'Ada' });
    expect(textOf(answer)).toBe('Hello Ada true no line 1 anonymous true');
    expect(validations).toBe(1);
  });

  it('that are invalid are named field by field when the ValidationPipe groups its errors', async () => {
    const client = await connect({
      providers: [Tools],
      configure: (app) => void app.useGlobalPipes(new ValidationPipe({ errorFormat: 'grouped' })),
    });
    const text = textOf(await client.callTool(1, 'order', { name: 'Bob', line: { price: 'x' } }));
    expect(text).toContain('name must be Ada');
    expect(text).toContain('price must be an integer number');
  });
});
