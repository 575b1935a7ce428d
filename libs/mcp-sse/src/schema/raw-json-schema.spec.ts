import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
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
  ])('tells what is wrong with %s', (_, document, reason) => {
    const compile = () => compileRawJsonSchema(document as JsonObjectSchema, where, 'input');
    expect(compile).toThrow(McpSchemaError);
    expect(compile).toThrow(reason);
  });

  it.each<[string, object, unknown[], unknown[]]>([
    [
      '$anchor and $dynamicAnchor',
      {
        $dynamicAnchor: 'node',
        properties: { name: { $ref: '#name' }, child: { $dynamicRef: '#node' } },
        $defs: { name: { $anchor: 'name', type: 'string' } },
      },
      [{ name: 'a', child: { name: 'b' } }],
      [{ name: 1 }, { child: { name: 1 } }],
    ],
    [
      'if, then and else',
      {
        if: { properties: { by: { const: 'phone' } } },
        then: { required: ['phone'] },
        else: { required: ['mail'] },
      },
      [
        { by: 'phone', phone: '1' },
        { by: 'mail', mail: 'a' },
      ],
      [{ by: 'phone' }, { by: 'mail' }],
    ],
    [
      'dependentRequired',
      { dependentRequired: { card: ['name'] } },
      [{}, { card: 1, name: 'a' }],
      [{ card: 1 }],
    ],
    [
      'dependentSchemas',
      { dependentSchemas: { card: { properties: { name: { type: 'string' } } } } },
      [{ name: 1 }],
      [{ card: 1, name: 1 }],
    ],
    [
      'unevaluatedProperties',
      { allOf: [{ properties: { a: true } }], properties: { b: true }, unevaluatedProperties: false },
      [{ a: 1, b: 1 }],
      [{ c: 1 }],
    ],
    [
      'prefixItems and unevaluatedItems',
      {
        properties: {
          pair: { prefixItems: [{ type: 'string' }, { type: 'number' }], unevaluatedItems: false },
        },
      },
      [{ pair: ['a', 1] }],
      [{ pair: [1, 1] }, { pair: ['a', 1, 2] }],
    ],
    [
      'minContains',
      { properties: { tags: { contains: { const: 'a' }, minContains: 2 } } },
      [{ tags: ['a', 'a'] }],
      [{ tags: ['a'] }],
    ],
  ])('follows and shows %s of 2020-12', (_, keywords, valid, invalid) => {
    const document = { type: 'object', ...keywords };
    for (const direction of ['input', 'output'] as const) {
      const { jsonSchema, validate } = compileRawJsonSchema(document, where, direction);
      expect(jsonSchema).toBe(document);
      for (const value of valid) expect(validate(value)).toMatchObject({ ok: true });
      for (const value of invalid) expect(validate(value)).toMatchObject({ ok: false });
    }
  });

  it('fetches no schema', async () => {
    let requests = 0;
    const server = createServer((_request, response) => {
      requests++;
      response.end('{"type":"string"}');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/schema`;
    for (const direction of ['input', 'output'] as const)
      for (const keyword of ['$ref', '$dynamicRef', '$schema']) {
        const properties = { a: { [keyword]: url } };
        const document =
          keyword === '$schema' ? { type: 'object', $schema: url } : { type: 'object', properties };
        expect(() => compileRawJsonSchema(document, where, direction)).toThrow(McpSchemaError);
      }
    // A request of its own shows that one would have arrived.
    expect(await (await fetch(url)).text()).toBe('{"type":"string"}');
    expect(requests).toBe(1);
    server.closeAllConnections();
    server.close();
  });

  it('does not let __proto__ through a closed schema', async () => {
    const value: unknown = JSON.parse('{"lines":[],"__proto__":{"admin":true}}');
    expect(await compileRawJsonSchema(ORDER, where, 'input').validate(value)).toMatchObject({ ok: false });
    expect(({} as Record<string, unknown>).admin).toBeUndefined();
  });
});
