import { describe, expect, it } from '@jest/globals';
import { Allow, IsArray, IsEmail, Matches, NotContains } from 'class-validator';
import * as z from 'zod';
import type { McpSchemaSource } from '../model/schema-source.js';
import { loadClassPackages } from './class-packages.js';
import { compileSchema } from './compile-schema.js';

await loadClassPackages();

const LOOKAROUND = '^(?!undefined$)\\w+$';

class Dto {
  @IsArray()
  tags!: string[];

  @Matches(/^(?!undefined$)\w+$/)
  key!: string;

  @Matches(/^[a-z]{2,4}-\d+$/)
  code!: string;
}

class EmptyDto {
  @Allow()
  nothing?: never;
}

/** Each says of `tags` that it is an array, and of `key` and `code` what they match. */
const SOURCES: [string, McpSchemaSource][] = [
  ['a class', Dto],
  [
    'zod',
    z.object({
      tags: z.array(z.unknown()),
      key: z.string().regex(/^(?!undefined$)\w+$/),
      code: z.string().regex(/^[a-z]{2,4}-\d+$/),
    }),
  ],
  [
    'JSON Schema',
    {
      type: 'object',
      properties: {
        tags: { type: 'array' },
        key: { type: 'string', pattern: LOOKAROUND },
        code: { type: 'string', pattern: '^[a-z]{2,4}-\\d+$' },
      },
      required: ['tags', 'key', 'code'],
    },
  ],
];

describe.each(SOURCES)('a schema of %s', (_what, source) => {
  const { jsonSchema, validate } = compileSchema(source, 'Test', 'input');

  it('says what the items of arrays are, and leaves out patterns that models do not take', () => {
    expect(jsonSchema.properties).toEqual({
      tags: { type: 'array', items: {} },
      key: { type: 'string' },
      code: { type: 'string', pattern: '^[a-z]{2,4}-\\d+$' },
    });
  });

  it('still checks what is left out', async () => {
    const given = { tags: [], code: 'ab-1' };
    expect(await validate({ ...given, key: 'undefined' })).toMatchObject({ ok: false });
    expect(await validate({ ...given, key: 'defined' })).toMatchObject({ ok: true });
  });
});

it('has properties, whatever it is made from', () => {
  for (const source of [z.object({}), { type: 'object' as const }, EmptyDto])
    expect(compileSchema(source, 'Test', 'input').jsonSchema).toHaveProperty('properties');
});

it.each<[string, object, object]>([
  ['by a back reference', { pattern: '^(a|b)\\1$' }, {}],
  ['by a name', { pattern: '^(?<year>\\d{4})$' }, {}],
  ['by a class of Unicode', { pattern: '^\\p{L}+$' }, {}],
  ['by an escape of ECMA-262', { pattern: '^\\u00e9$' }, {}],
  ['too often', { pattern: '^a{1,2000}$' }, {}],
  ['by an escaped bracket, which is no group', { pattern: '^\\(?=$' }, { pattern: '^\\(?=$' }],
  ['in a negation, which would refuse more', { not: { pattern: LOOKAROUND } }, {}],
  [
    'in a condition',
    { if: { pattern: LOOKAROUND }, then: { minLength: 1 }, else: { minLength: 2 }, maxLength: 3 },
    { maxLength: 3 },
  ],
  [
    'where one alone must fit, any may',
    { oneOf: [{ pattern: LOOKAROUND, minLength: 1 }, { type: 'number' }] },
    { anyOf: [{ minLength: 1 }, { type: 'number' }] },
  ],
  ['for names', { patternProperties: { [LOOKAROUND]: {} }, additionalProperties: false }, {}],
  [
    'of a property',
    { properties: { pattern: { const: LOOKAROUND } } },
    { properties: { pattern: { const: LOOKAROUND } } },
  ],
  [
    'deep in lists',
    { anyOf: [{ type: ['array', 'null'] }] },
    { anyOf: [{ type: ['array', 'null'], items: {} }] },
  ],
])('adapts what matches %s', (_what, given, advertised) => {
  const schema = { type: 'object' as const, properties: { it: given } };
  expect(compileSchema(schema, 'Test', 'input').jsonSchema.properties).toEqual({ it: advertised });
});

class Links {
  @IsEmail()
  email!: string;

  @NotContains('<')
  text!: string;
}

it('keeps the formats and negations of validators', () => {
  expect(compileSchema(Links, 'Test', 'input').jsonSchema.properties).toEqual({
    email: { type: 'string', format: 'email' },
    text: { type: 'string', not: { pattern: '<' } },
  });
});
