import { describe, expect, it } from '@jest/globals';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { z } from 'zod';
import { McpSchemaError } from '../model/errors/mcp-configuration.error.js';
import { compileStandardSchema } from './standard-schema.js';

const where = 'OrdersService.find (input)';

describe('compileStandardSchema', () => {
  it('gives the JSON Schema of the side that it is for', () => {
    const schema = z.object({ limit: z.number().default(10) });
    expect(compileStandardSchema(schema, where, 'input').jsonSchema.required).toBeUndefined();
    expect(compileStandardSchema(schema, where, 'output').jsonSchema).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      required: ['limit'],
      additionalProperties: false,
    });
  });

  it('keeps recursive schemas and descriptions', () => {
    const Node = z.object({
      name: z.string().describe('The name'),
      get children() {
        return z.array(Node);
      },
    });
    const { jsonSchema } = compileStandardSchema(Node, where, 'input');
    expect(jsonSchema.properties?.name).toMatchObject({ description: 'The name' });
  });

  it('gives what the schema makes of a value', async () => {
    const schema = compileStandardSchema(
      z.object({ tags: z.string().transform((text) => text.split(',')) }),
      where,
      'input',
    );
    expect(await schema.validate({ tags: 'a,b' })).toEqual({ ok: true, value: { tags: ['a', 'b'] } });
  });

  it('names the field of each issue', async () => {
    const schema = compileStandardSchema(
      z.object({ lines: z.array(z.object({ price: z.number() })) }),
      where,
      'input',
    );
    expect(await schema.validate({ lines: [{ price: 'x' }] })).toEqual({
      ok: false,
      issues: [{ path: 'lines[0].price', message: expect.any(String) }],
    });
  });

  it('reads path segments that are objects, and awaits asynchronous schemas', async () => {
    const schema: StandardSchemaV1 = {
      '~standard': {
        ...z.object({})['~standard'],
        validate: () =>
          Promise.resolve({ issues: [{ message: 'no', path: [{ key: 'lines' }, { key: 0 }] }] }),
      },
    };
    expect(await compileStandardSchema(schema, where, 'input').validate({})).toEqual({
      ok: false,
      issues: [{ path: 'lines[0]', message: 'no' }],
    });
  });

  it('says what to pass for a library that gives no JSON Schema', () => {
    const { version, vendor, validate } = z.object({})['~standard'];
    const compile = () =>
      compileStandardSchema({ '~standard': { version, vendor, validate } }, where, 'input');
    expect(compile).toThrow(McpSchemaError);
    expect(compile).toThrow(/pass a JSON Schema as "input"/);
  });

  it.each([
    ['a bigint', z.object({ id: z.bigint() })],
    ['a date', z.object({ at: z.date() })],
    ['a transform', z.object({ a: z.string().transform(Number) })],
  ])('tells why %s cannot be the schema of a result', (_, schema) => {
    const compile = () => compileStandardSchema(schema, where, 'output');
    expect(compile).toThrow(McpSchemaError);
    expect(compile).toThrow(/cannot be represented in JSON Schema/);
  });
});
