import { describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { IsArray, IsInt, IsOptional, IsString } from 'class-validator';
import { McpArgs, McpContext, McpSchema, McpTool } from 'nestjs-mcp-sse';
import * as z from 'zod';
import { connectSdkClient } from '../clients/sdk-client.js';
import { appPerTest, textOf } from '../fixtures/app-per-test.js';

class FindDto {
  @IsString()
  @McpSchema({ description: 'Of the customer' })
  name!: string;

  @IsOptional()
  @IsInt()
  limit?: number = 10;

  @IsOptional()
  @IsArray()
  @IsString({ each: true })
  tags?: string[];
}

@Injectable()
class Finding {
  @McpTool()
  dto(args: FindDto) {
    return { ...args, isDto: args instanceof FindDto };
  }
  @McpTool({ input: z.object({ name: z.string().trim(), limit: z.int().default(10) }) })
  zod(args: { name: string; limit: number }) {
    return args;
  }
  @McpTool({
    input: {
      type: 'object',
      properties: { name: { type: 'string' }, limit: { type: 'integer', default: 10 } },
      required: ['name'],
      additionalProperties: false,
    },
  })
  json(args: { name: string; limit: number }, _ctx: McpContext) {
    return args;
  }
  @McpTool({ input: FindDto })
  byOption(@McpArgs() args: unknown) {
    return { ...(args as FindDto), isDto: args instanceof FindDto };
  }
  @McpTool()
  nothing() {
    return 'done';
  }
}

describe('an argument of a tool', () => {
  const { connect, start } = appPerTest();

  it.each([
    ['dto', 'a DTO class', { isDto: true }],
    ['byOption', 'a DTO class in "input"', { isDto: true }],
    ['zod', 'a zod schema', {}],
    ['json', 'a JSON Schema', {}],
  ])('%s: is checked and completed by %s', async (name, _kind, more) => {
    const client = await connect({ providers: [Finding] });
    const { result } = await client.callTool(1, name, { name: 'Ada' });
    expect(result.structuredContent).toEqual({ name: 'Ada', limit: 10, ...more });
    const wrong = textOf(await client.callTool(2, name, { name: 7, limit: 'x' }));
    expect(wrong).toMatch(/^isError: Invalid arguments: /);
    expect(wrong).toContain('name');
    expect(wrong).toContain('limit');
    expect(textOf(await client.callTool(3, name))).toMatch(/^isError: Invalid arguments: .*name/);
  });

  it('is described to the client', async () => {
    const { url } = await start({ providers: [Finding] });
    const client = await connectSdkClient(`${url}/sse`);
    const { tools } = await client.listTools();
    const schemas = Object.fromEntries(tools.map(({ name, inputSchema }) => [name, inputSchema]));
    expect(schemas['dto']).toMatchObject({
      type: 'object',
      properties: {
        name: { type: 'string', description: 'Of the customer' },
        limit: { type: 'integer', default: 10 },
        tags: { type: 'array', items: { type: 'string' } },
      },
      required: ['name'],
    });
    expect(schemas['byOption']).toEqual(schemas['dto']);
    expect(schemas['zod']).toMatchObject({
      type: 'object',
      properties: { name: { type: 'string' }, limit: { type: 'integer', default: 10 } },
      required: ['name'],
    });
    expect(schemas['json']).toMatchObject({ additionalProperties: false, required: ['name'] });
    expect(schemas['nothing']).toEqual({ type: 'object', properties: {}, additionalProperties: false });
    await client.close();
  });

  it('may be absent, with or without empty arguments', async () => {
    const client = await connect({ providers: [Finding] });
    const { result } = await client.call(1, 'tools/call', { name: 'nothing' });
    expect(result.content).toEqual([{ type: 'text', text: 'done' }]);
    expect(textOf(await client.callTool(2, 'nothing', {}))).toBe('done');
  });

  it('is ignored if the tool takes none', async () => {
    const client = await connect({ providers: [Finding] });
    expect(textOf(await client.callTool(1, 'nothing', { random_string: 'x' }))).toBe('done');
  });
});
