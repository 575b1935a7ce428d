import { describe, expect, it } from '@jest/globals';
import { ClassSerializerInterceptor, Injectable, UseInterceptors } from '@nestjs/common';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { Type } from 'class-transformer';
import { IsDate, IsInt, IsOptional, ValidateNested } from 'class-validator';
import { McpResource, McpResult, McpTool, type McpToolOptions } from 'nestjs-mcp-sse';
import * as z from 'zod';
import { appPerTest, textOf } from '../fixtures/app-per-test.js';
import { useReturning } from '../fixtures/returning.js';

const MASKED = /^isError: Internal error \(correlation id [\w-]{36}\)$/;
const text = (value: string) => ({ type: 'text', text: value });
const json = (value: object) => ({ content: [text(JSON.stringify(value))], structuredContent: value });

type Output = NonNullable<McpToolOptions['output']>;

/** Gives cents for euros, asynchronously, as no schema of zod is needed for it. */
const EUROS: Output = {
  '~standard': {
    version: 1,
    vendor: 'own',
    validate: async (value: unknown) => ({ value: { cents: (value as { euros: number }).euros * 100 } }),
    jsonSchema: {
      input: () => ({ type: 'object', properties: { euros: { type: 'number' } } }),
      output: () => ({
        type: 'object',
        properties: { cents: { type: 'number' } },
        additionalProperties: false,
      }),
    },
  },
} as StandardSchemaV1;

class LineDto {
  @IsInt()
  price!: number;

  @IsOptional()
  @IsInt()
  count = 1;
}

class OrderDto {
  @IsDate()
  @Type(() => Date)
  at!: Date;

  @ValidateNested({ each: true })
  @Type(() => LineDto)
  lines!: LineDto[];
}

const { connect } = appPerTest();
const returning = useReturning();

describe('with an output schema, what the schema gives is sent', () => {
  const cents = z.object({ cents: z.coerce.number() });
  it.each<[string, Output, unknown, object]>([
    ['without what zod strips', cents, { cents: 1, secret: 'x' }, { cents: 1 }],
    ['as zod coerces it', cents, { cents: '17' }, { cents: 17 }],
    ['with the defaults of zod', z.object({ cents: z.number().default(5) }), {}, { cents: 5 }],
    [
      'where nothing is returned',
      z.object({ cents: z.number() }).default({ cents: 5 }),
      undefined,
      { cents: 5 },
    ],
    [
      'as zod transforms it',
      z.object({
        at: z
          .date()
          .transform((date) => date.toISOString())
          .pipe(z.string()),
      }),
      { at: new Date(0) },
      { at: '1970-01-01T00:00:00.000Z' },
    ],
    [
      'as an asynchronous schema of zod gives it',
      z.object({
        id: z
          .string()
          .transform(async (id) => `#${id}`)
          .pipe(z.string()),
      }),
      { id: 'a' },
      { id: '#a' },
    ],
    ['as another Standard Schema gives it', EUROS, { euros: 3 }, { cents: 300 }],
    [
      'with the defaults of a JSON Schema',
      { type: 'object', properties: { cents: { type: 'number', default: 5 }, by: { type: 'object' } } },
      { by: new Map([['a', 1n]]) },
      { by: { a: '1' }, cents: 5 },
    ],
    [
      'with the initial values of a class, and its dates',
      OrderDto,
      { at: new Date(0), lines: [{ price: 1 }] },
      { at: '1970-01-01T00:00:00.000Z', lines: [{ price: 1, count: 1 }] },
    ],
  ])('%s', async (_name, output, value, sent) => {
    expect(await returning.result(() => value, output)).toEqual(json(sent));
  });

  it('in the structuredContent of a result of the protocol, and in the text that is its JSON', async () => {
    const value = { cents: 1, secret: 'x' };
    expect(await returning.result(() => json(value), cents)).toEqual(json({ cents: 1 }));
    const described = { content: [text('one cent')], structuredContent: value };
    expect(await returning.result(() => described, cents)).toEqual({
      content: [text('one cent')],
      structuredContent: { cents: 1 },
    });
  });

  it('and data that looks like a result stays data', async () => {
    const content = z.array(z.object({ type: z.string(), text: z.string() }));
    const page = { content: [text('a')] };
    expect(await returning.result(() => page, z.object({ content }))).toEqual(json(page));
  });

  it('but an error is not checked, and a result without structuredContent is invalid', async () => {
    expect(await returning.result(() => McpResult.error('sorry'), cents)).toEqual({
      content: [text('sorry')],
      isError: true,
    });
    const result = await returning.result(() => McpResult.text('a'), cents);
    expect(textOf({ result })).toMatch(MASKED);
  });
});

describe('data that looks like a result of the protocol', () => {
  it.each<[string, object]>([
    ['a page of no rows', { content: [], total: 0 }],
    ['a document', { type: 'doc', content: [{ type: 'paragraph' }] }],
    ['a document of text', { type: 'doc', content: [text('a')] }],
    ['blocks of another kind', { content: [{ type: 'paragraph', text: 'a' }] }],
    ['a block that lacks a member', { content: [{ type: 'image', data: 'aGk=' }] }],
    ['a resource that lacks its content', { content: [{ type: 'resource', resource: { uri: 'a://b' } }] }],
    ['an error that is no boolean', { content: [], isError: 'no' }],
    ['blocks that are null', { content: [null] }],
  ])('of a tool is data: %s', async (_name, value) => {
    expect(await returning.result(() => value)).toEqual(json(value));
  });

  it('is a result if it is valid as a whole', async () => {
    const whole = {
      content: [
        text('a'),
        { type: 'audio', data: 'aGk=', mimeType: 'audio/wav' },
        { type: 'resource', resource: { uri: 'a://b', text: 'b' } },
        { type: 'resource_link', uri: 'a://b', name: 'b' },
      ],
      _meta: { a: 1 },
    };
    expect(await returning.result(() => whole)).toEqual(whole);
    expect(await returning.result(() => ({ content: [] }))).toEqual({ content: [] });
  });

  it.each<[string, () => unknown, object]>([
    ['text()', () => McpResult.text('a'), { content: [text('a')] }],
    ['error()', () => McpResult.error('a'), { content: [text('a')], isError: true }],
    ['json()', () => McpResult.json({ content: [text('a')] }), json({ content: [text('a')] })],
    ['json() of a list', () => McpResult.json(new Set([1])), { content: [text('[1]')] }],
    [
      'content()',
      () => McpResult.content([text('a') as never], { structuredContent: { a: 1 }, _meta: { b: 2 } }),
      { content: [text('a')], structuredContent: { a: 1 }, _meta: { b: 2 } },
    ],
  ])('is told apart by McpResult.%s, behind a ClassSerializerInterceptor too', async (_name, run, sent) => {
    expect(await returning.result(run)).toEqual(sent);
    @Injectable()
    @UseInterceptors(ClassSerializerInterceptor)
    class Tools {
      @McpTool()
      run() {
        return run();
      }
    }
    const client = await connect({ providers: [Tools] });
    expect((await client.callTool(1, 'run'))['result']).toEqual(sent);
  });

  it('of a resource is data, unless it is a result as a whole or McpResult.contents()', async () => {
    const values: Record<string, unknown> = {
      strings: { contents: ['a'] },
      total: { contents: [{ uri: 'a://b', text: 'a' }], total: 1 },
      empty: { contents: [{ uri: 'a://b' }] },
    };
    @Injectable()
    class Resources {
      @McpResource({ uri: 'data://{name}' })
      read({ name }: { name: string }) {
        return name === 'made' ? McpResult.contents([{ uri: 'a://b', text: 'a' }]) : values[name];
      }
      @McpResource({ uri: 'wrong://kind' })
      wrong() {
        return McpResult.text('a');
      }
    }
    const client = await connect({ providers: [Resources] });
    const read = async (uri: string) => client.call(uri, 'resources/read', { uri });
    for (const [name, value] of Object.entries(values)) {
      const uri = `data://${name}`;
      expect((await read(uri))['result']).toEqual({
        contents: [{ uri, mimeType: 'application/json', text: JSON.stringify(value) }],
      });
    }
    expect((await read('data://made'))['result']).toEqual({ contents: [{ uri: 'a://b', text: 'a' }] });
    expect((await read('wrong://kind'))['error']).toMatchObject({ code: -32603 });
  });

  it('is refused if it is a McpResult of another kind', async () => {
    const result = await returning.result(() => McpResult.contents([]));
    expect(textOf({ result })).toMatch(MASKED);
  });
});
