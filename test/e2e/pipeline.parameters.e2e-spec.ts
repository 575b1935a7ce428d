import { expect, it } from '@jest/globals';
import {
  createParamDecorator,
  Headers,
  Injectable,
  ParseIntPipe,
  Req,
  type ArgumentMetadata,
  type ExecutionContext,
  type PipeTransform,
} from '@nestjs/common';
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
