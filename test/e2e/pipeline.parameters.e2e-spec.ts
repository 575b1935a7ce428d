import { expect, it } from '@jest/globals';
import {
  BadRequestException,
  createParamDecorator,
  Headers,
  Inject,
  Injectable,
  ParseIntPipe,
  Req,
  UsePipes,
  type ArgumentMetadata,
  type ExecutionContext,
  type PipeTransform,
} from '@nestjs/common';
import { APP_PIPE } from '@nestjs/core';
import { IsString } from 'class-validator';
import {
  McpArgs,
  McpContext,
  McpCtx,
  McpExecutionContext,
  McpPrincipal,
  McpPrompt,
  McpResource,
  McpTool,
  McpUriParam,
} from 'nestjs-mcp-sse';
import * as z from 'zod';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { appPerTest, textOf } from '../fixtures/app-per-test.js';

const ANYTHING = { type: 'object' } as const;

class GreetDto {
  @IsString()
  name!: string;
}

describeOnAdapters('parameters', (adapter) => {
  const { connect } = appPerTest(adapter);

  it('without decorators are the arguments and the context', async () => {
    @Injectable()
    class Tools {
      @McpTool()
      both({ name }: GreetDto, ctx: McpContext) {
        return `${name} ${ctx.requestId}`;
      }
      @McpTool()
      contextAlone(ctx: McpContext) {
        return `${ctx.requestId}`;
      }
      @McpTool()
      contextFirst(ctx: McpContext, { name }: GreetDto) {
        return `${name} ${ctx.requestId}`;
      }
      @McpTool({ input: ANYTHING })
      untyped(args: any, ctx: any) {
        return `${args.name} ${ctx.requestId}`;
      }
      @McpTool({ input: ANYTHING })
      defaulted(args: any = {}) {
        return `${args.name}`;
      }
    }
    const client = await connect({ providers: [Tools] });
    const ada = { name: 'Ada' };
    expect(textOf(await client.callTool(1, 'both', ada))).toBe('Ada 1');
    expect(textOf(await client.callTool(2, 'contextAlone'))).toBe('2');
    expect(textOf(await client.callTool(3, 'contextFirst', ada))).toBe('Ada 3');
    expect(textOf(await client.callTool(4, 'untyped', ada))).toBe('Ada 4');
    expect(textOf(await client.callTool(5, 'defaulted', ada))).toBe('Ada');
  });

  it('with decorators get the decorated values, in any order', async () => {
    @Injectable()
    class Tools {
      @McpTool()
      decorated(
        @McpPrincipal() { subject }: McpPrincipal,
        @McpCtx() ctx: unknown,
        @McpArgs() { name }: GreetDto,
        other: McpContext,
      ) {
        return `${subject} ${name} ${(ctx as McpContext).requestId} ${ctx === other}`;
      }
    }
    const client = await connect({
      providers: [Tools],
      options: { principal: () => ({ subject: 'ada', scopes: [], roles: [], claims: {} }) },
    });
    expect(textOf(await client.callTool('id', 'decorated', { name: 'Bob' }))).toBe('ada Bob id true');
  });

  it("may have Nest's own decorators, of the POST's request", async () => {
    const Caller = createParamDecorator((header: string, context: ExecutionContext) => {
      const { call } = McpExecutionContext.create(context);
      const value: unknown = context.switchToHttp().getRequest().headers[header];
      return `${context.getType()} ${context.getClass().name}.${context.getHandler().name} ${call.name} ${value}`;
    });
    @Injectable()
    class Upper implements PipeTransform {
      transform(value: string, { type, data }: ArgumentMetadata) {
        return `${value.toUpperCase()} ${type} ${data}`;
      }
    }
    @Injectable()
    class Tools {
      @McpTool()
      decorated(
        @Caller('x-caller') caller: string,
        @Caller('x-caller', Upper) piped: string,
        @Req() request: { method: string },
        @Headers('X-Caller') header: string,
        @Headers() headers: Record<string, string>,
        ctx: McpContext,
      ) {
        return [caller, piped, request.method, request === ctx.request, header, headers['x-caller']];
      }
    }
    const client = await connect({ providers: [Tools] }, { 'x-caller': 'ada' });
    expect(JSON.parse(textOf(await client.callTool(1, 'decorated')))).toEqual([
      'mcp Tools.decorated decorated ada',
      'MCP TOOLS.DECORATED DECORATED ADA custom x-caller',
      'POST',
      true,
      'ada',
      'ada',
    ]);
  });

  it('of a resource are the variables of its URI, one by one or all', async () => {
    @Injectable()
    class Resources {
      @McpResource({ uri: 'orders://{customer}/{id}' })
      order(@McpUriParam('id', ParseIntPipe) id: number, @McpUriParam('customer') customer: string) {
        return { id, customer };
      }
      @McpResource({ uri: 'lines://{order}/{line}' })
      line(variables: Record<string, string>, ctx: McpContext) {
        return { ...variables, id: ctx.requestId };
      }
    }
    const client = await connect({ providers: [Resources] });
    const read = async (id: number, uri: string) => {
      const { result, error } = await client.call(id, 'resources/read', { uri });
      return error ?? JSON.parse(result.contents[0].text);
    };
    expect(await read(1, 'orders://a%20b/7')).toEqual({ id: 7, customer: 'a b' });
    expect(await read(2, 'lines://7/1')).toEqual({ order: '7', line: '1', id: 2 });
    expect(await read(3, 'orders://ada/seven')).toEqual({
      code: -32602,
      message: 'Validation failed (numeric string is expected)',
    });
  });

  it('of a prompt are its arguments', async () => {
    @Injectable()
    class Prompts {
      @McpPrompt()
      greet({ name }: GreetDto, ctx: McpContext) {
        return `Greet ${name} (${ctx.requestId})`;
      }
    }
    const client = await connect({ providers: [Prompts] });
    const get = (id: number, args: object) =>
      client.call(id, 'prompts/get', { name: 'greet', arguments: args });
    const { result } = await get(1, { name: 'Ada' });
    expect(result.messages[0].content.text).toBe('Greet Ada (1)');
    const { error } = await get(2, {});
    expect(error).toEqual({ code: -32602, message: 'Invalid arguments: name must be a string' });
  });
});

/** Adds its name to the name of the arguments, and tells by which parameters it was asked. */
class Naming implements PipeTransform {
  readonly asked: ArgumentMetadata[] = [];

  constructor(private readonly name: string) {}

  transform(value: GreetDto, metadata: ArgumentMetadata): unknown {
    this.asked.push(metadata);
    return { ...value, name: `${value.name} ${this.name}` };
  }
}

@Injectable()
class Exclaiming implements PipeTransform {
  constructor(@Inject('MARK') private readonly mark: string) {}

  transform(value: GreetDto): unknown {
    return { ...value, name: `${value.name}${this.mark}` };
  }
}

/** As Nest's documentation has it. */
class ZodPipe implements PipeTransform {
  constructor(private readonly schema: z.ZodType) {}

  transform(value: unknown): unknown {
    const { success, data } = this.schema.safeParse(value);
    if (!success) throw new BadRequestException('Validation failed');
    return data;
  }
}

describeOnAdapters('pipes', (adapter) => {
  const { connect } = appPerTest(adapter);

  it('run for the arguments alone: global, class, method, parameter', async () => {
    const pipes = ['global', 'APP_PIPE', 'class', 'method', 'parameter'].map((name) => new Naming(name));
    const [ofApp, provided, ofClass, ofMethod, ofParameter] = pipes as [
      Naming,
      Naming,
      Naming,
      Naming,
      Naming,
    ];
    @Injectable()
    @UsePipes(ofClass)
    class Tools {
      @McpTool({ input: ANYTHING })
      @UsePipes(ofMethod)
      piped(
        @McpArgs(ofParameter) { name }: any,
        @McpCtx() ctx: McpContext,
        @McpPrincipal() _user: McpPrincipal,
      ) {
        return `${name} ${ctx.requestId}`;
      }
    }
    const client = await connect({
      providers: [Tools, { provide: APP_PIPE, useValue: provided }],
      configure: (app) => void app.useGlobalPipes(ofApp),
    });
    expect(textOf(await client.callTool(7, 'piped', { name: 'Ada' }))).toBe(
      'Ada APP_PIPE global class method parameter 7',
    );
    expect(pipes.map(({ asked }) => asked.map(({ type }) => type))).toEqual(pipes.map(() => ['body']));
  });

  it("named by class are created in the provider's module: of the class, the method, a parameter", async () => {
    @Injectable()
    @UsePipes(Exclaiming)
    class ByClass {
      @McpTool()
      byClass({ name }: GreetDto) {
        return name;
      }
    }
    @Injectable()
    class ByMethod {
      @McpTool()
      @UsePipes(Exclaiming)
      byMethod({ name }: GreetDto) {
        return name;
      }
      @McpTool()
      byParameter(@McpArgs(Exclaiming) { name }: GreetDto) {
        return name;
      }
    }
    const client = await connect({
      imports: [
        { module: class First {}, providers: [ByClass, { provide: 'MARK', useValue: '!' }] },
        { module: class Second {}, providers: [ByMethod, { provide: 'MARK', useValue: '?' }] },
      ],
    });
    expect(textOf(await client.callTool(1, 'byClass', { name: 'Ada' }))).toBe('Ada!');
    expect(textOf(await client.callTool(2, 'byMethod', { name: 'Ada' }))).toBe('Ada?');
    expect(textOf(await client.callTool(3, 'byParameter', { name: 'Ada' }))).toBe('Ada?');
  });

  it('of a method that check every value let the context pass', async () => {
    @Injectable()
    class Tools {
      @McpTool({ input: ANYTHING })
      @UsePipes(new ZodPipe(z.object({ name: z.string() })))
      greet({ name }: any, ctx: McpContext) {
        return `${name} ${ctx.requestId}`;
      }
    }
    const client = await connect({ providers: [Tools] });
    expect(textOf(await client.callTool(1, 'greet', { name: 'Ada' }))).toBe('Ada 1');
    expect(textOf(await client.callTool(2, 'greet', { name: 7 }))).toBe('isError: Validation failed');
  });

  it('do not run for a method without parameters', async () => {
    const naming = new Naming('never');
    @Injectable()
    class Tools {
      @McpTool()
      nothing() {
        return 'done';
      }
    }
    const client = await connect({
      providers: [Tools],
      configure: (app) => void app.useGlobalPipes(naming),
    });
    expect(textOf(await client.callTool(1, 'nothing'))).toBe('done');
    expect(naming.asked).toEqual([]);
  });
});
