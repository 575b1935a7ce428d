import { describe, expect, it } from '@jest/globals';
import { McpSchemaError } from '../model/errors/mcp-configuration.error.js';
import type { JsonObjectSchema } from '../model/schema-source.js';
import { compileRawJsonSchema } from './raw-json-schema.js';

const where = 'OrdersService.find (input)';

const ORDER: JsonObjectSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://example.com/order',
  type: 'object',
  properties: {
    lines: { type: 'array', items: { $ref: '#/$defs/Line' } },
    status: { enum: ['open', 'closed'] },
    at: { type: 'string', format: 'date-time' },
    limit: { type: 'integer', default: 10 },
  },
  required: ['lines'],
  additionalProperties: false,
  $defs: {
    Line: { type: 'object', properties: { price: { type: 'number' } }, required: ['price'] },
  },
};

describe('compileRawJsonSchema', () => {
  it('advertises the document untouched', () => {
    const before = structuredClone(ORDER);
    expect(compileRawJsonSchema(ORDER, where, 'input').jsonSchema).toBe(ORDER);
    expect(ORDER).toEqual(before);
  });

  it('fills in defaults without changing what it is given', async () => {
    const value = { lines: [] };
    expect(await compileRawJsonSchema(ORDER, where, 'input').validate(value)).toEqual({
      ok: true,
      value: { lines: [], limit: 10 },
    });
    expect(value).toEqual({ lines: [] });
  });

  it('reports every issue with the path of its field', async () => {
    const value = { lines: [{ price: 'x' }, {}], status: 'lost', at: 'today', extra: 1 };
    const outcome = await compileRawJsonSchema(ORDER, where, 'input').validate(value);
    expect(outcome.ok || outcome.issues).toEqual(
      expect.arrayContaining([
        { path: 'lines[0].price', message: 'must be number' },
        { path: 'lines[1].price', message: "must have required property 'price'" },
        { path: 'status', message: 'must be equal to one of the allowed values: ["open","closed"]' },
        { path: 'at', message: 'must match format "date-time"' },
        { path: 'extra', message: 'must NOT have additional properties' },
      ]),
    );
  });

  it('checks a result in the form in which it is sent', async () => {
    const at = new Date();
    const schema = compileRawJsonSchema(ORDER, where, 'output');
    expect(await schema.validate({ lines: [], at, status: undefined })).toEqual({
      ok: true,
      value: { lines: [], at: at.toISOString(), limit: 10 },
    });
  });

  it('follows draft-07 where the document says so', async () => {
    const schema = compileRawJsonSchema(
      {
        $schema: 'http://json-schema.org/draft-07/schema#',
        type: 'object',
        properties: { pair: { type: 'array', items: [{ type: 'string' }, { type: 'number' }] } },
      },
      where,
      'input',
    );
    expect(await schema.validate({ pair: ['a', 1] })).toMatchObject({ ok: true });
    expect(await schema.validate({ pair: [1, 1] })).toMatchObject({
      ok: false,
      issues: [{ path: 'pair[0]' }],
    });
  });

  it('compiles two documents with the same $id', () => {
    compileRawJsonSchema(ORDER, where, 'input');
    expect(() => compileRawJsonSchema(structuredClone(ORDER), where, 'input')).not.toThrow();
  });

  it.each<[string, object, RegExp]>([
    ['an unknown type', { type: 'object', properties: { a: { type: 'text' } } }, /properties\/a\/type/],
    ['a reference to nothing', { type: 'object', properties: { a: { $ref: '#/$defs/A' } } }, /#\/\$defs\/A/],
    [
      'an unknown dialect',
      { $schema: 'https://example.com/dialect', type: 'object' },
      /example.com\/dialect/,
    ],
    ['an asynchronous schema', { $async: true, type: 'object' }, /\$async/],
    ['another root', { type: 'array' }, /type: 'object'/],
    ['no type at the root', { properties: {} }, /type: 'object'/],
  ])('tells what is wrong with %s', (_, document, reason) => {
    const compile = () => compileRawJsonSchema(document as JsonObjectSchema, where, 'input');
    expect(compile).toThrow(McpSchemaError);
    expect(compile).toThrow(reason);
  });

  it('does not let __proto__ through a closed schema', async () => {
    const value: unknown = JSON.parse('{"lines":[],"__proto__":{"admin":true}}');
    expect(await compileRawJsonSchema(ORDER, where, 'input').validate(value)).toMatchObject({ ok: false });
    expect(({} as Record<string, unknown>).admin).toBeUndefined();
  });
});
