import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import type { JsonObjectSchema, McpSchemaSource } from '../model/schema-source.js';
import { compileSchema } from '../schema/compile-schema.js';
import { mirroredArguments } from './mirrored-arguments.js';

const REGION = { type: 'string', 'x-mcp-header': 'Region' };

function mirrored(source: McpSchemaSource) {
  return mirroredArguments('query', compileSchema(source, 'Test', 'input').jsonSchema, 'Tools.query');
}

function object(properties: JsonObjectSchema['properties'], more: object = {}): JsonObjectSchema {
  return { type: 'object', properties, ...more };
}

describe('the arguments that a schema mirrors in headers', () => {
  it('are found at each level that properties lead to', () => {
    const at = object({ zone: { type: 'integer', 'x-mcp-header': 'zone' } });
    expect(mirrored(object({ region: REGION, at }))).toEqual([
      { header: 'Mcp-Param-Region', key: 'mcp-param-region', path: ['region'], source: 'arguments.region' },
      { header: 'Mcp-Param-zone', key: 'mcp-param-zone', path: ['at', 'zone'], source: 'arguments.at.zone' },
    ]);
  });

  it('are found in a schema of zod', () => {
    const at = z.object({ zone: z.int().meta({ 'x-mcp-header': 'Zone' }) }).optional();
    const region = z.enum(['eu', 'us']).optional().meta({ 'x-mcp-header': 'Region' });
    const dry = z.boolean().default(false).meta({ 'x-mcp-header': 'Dry-Run' });
    expect(mirrored(z.object({ region, at, dry }))!.map(({ header }) => header)).toEqual([
      'Mcp-Param-Region',
      'Mcp-Param-Zone',
      'Mcp-Param-Dry-Run',
    ]);
  });

  it('are none where nothing has the keyword', () => {
    const data = { 'x-mcp-header': 'Region' };
    const named = {
      type: 'object',
      properties: { 'x-mcp-header': { type: 'array', items: { const: data } } },
    };
    const schema = object({
      'x-mcp-header': { type: 'string' },
      named,
      at: { default: data, examples: [data] },
    });
    expect(mirrored(schema)).toBeUndefined();
  });

  it.each<[string, unknown]>([
    ['an empty name', ''],
    ['a space', 'My Region'],
    ['a line break', 'Region\r\nX-Evil: 1'],
    ['a line break at its end', 'Region\n'],
    ['a colon', 'Region:'],
    ['a letter that is not ASCII', 'Région'],
    ['no text', 7],
  ])('cannot have %s', (_name, name) => {
    const schema = object({ region: { type: 'string', 'x-mcp-header': name } });
    expect(() => mirrored(schema)).toThrow(McpConfigurationError);
    expect(() => mirrored(schema)).toThrow(
      `Tools.query: "region" of the tool "query" has the x-mcp-header ${JSON.stringify(name)}, which cannot be part ` +
        `of a header's name. Use letters, digits and "-", such as "Region".`,
    );
  });

  it.each<[string, McpSchemaSource, string]>([
    ['a number', object({ limit: { type: 'number', 'x-mcp-header': 'Limit' } }), 'its type is "number"'],
    ['an object', object({ limit: { type: 'object', 'x-mcp-header': 'Limit' } }), 'its type is "object"'],
    ['a list', object({ limit: { type: 'array', 'x-mcp-header': 'Limit' } }), 'its type is "array"'],
    ['no type', object({ limit: { 'x-mcp-header': 'Limit' } }), 'its type is not given'],
    [
      'a nullable string',
      object({ limit: { type: ['string', 'null'], 'x-mcp-header': 'Limit' } }),
      'its type is ["string","null"]',
    ],
    [
      'a number of zod',
      z.object({ limit: z.number().meta({ 'x-mcp-header': 'Limit' }) }),
      'type is "number"',
    ],
    [
      'a nullable value of zod',
      z.object({ limit: z.int().nullable().meta({ 'x-mcp-header': 'Limit' }) }),
      'its type is not given',
    ],
  ])('cannot be %s', (_name, schema, problem) => {
    expect(() => mirrored(schema)).toThrow(problem);
    expect(() => mirrored(schema)).toThrow('"limit" of the tool "query" has an x-mcp-header');
    expect(() => mirrored(schema)).toThrow('optional rather than nullable');
  });

  it('cannot share a header, whatever its case', () => {
    const at = object({ region: { type: 'string', 'x-mcp-header': 'REGION' } });
    expect(() => mirrored(object({ region: REGION, at }))).toThrow(
      'Tools.query: "at.region" and "region" of the tool "query" share the header Mcp-Param-REGION',
    );
  });

  const nested = object({ region: REGION });
  it.each<[string, McpSchemaSource, string]>([
    ['the root', object({}, { 'x-mcp-header': 'Region' }), '""'],
    ['items', object({ a: { type: 'array', items: nested } }), '"properties/a/items/properties/region"'],
    [
      'prefixItems',
      object({ a: { prefixItems: [nested] } }),
      '"properties/a/prefixItems/0/properties/region"',
    ],
    ['oneOf', object({}, { oneOf: [nested] }), '"oneOf/0/properties/region"'],
    ['anyOf', object({ a: { anyOf: [REGION, { type: 'null' }] } }), '"properties/a/anyOf/0"'],
    ['allOf', object({}, { allOf: [nested] }), '"allOf/0/properties/region"'],
    ['not', object({}, { not: nested }), '"not/properties/region"'],
    ['if', object({}, { if: nested }), '"if/properties/region"'],
    ['then', object({}, { if: true, then: nested }), '"then/properties/region"'],
    ['else', object({}, { if: true, else: nested }), '"else/properties/region"'],
    ['additionalProperties', object({}, { additionalProperties: REGION }), '"additionalProperties"'],
    ['patternProperties', object({}, { patternProperties: { a: REGION } }), '"patternProperties/a"'],
    [
      'dependentSchemas',
      object({}, { dependentSchemas: { a: nested } }),
      '"dependentSchemas/a/properties/region"',
    ],
    ['propertyNames', object({}, { propertyNames: REGION }), '"propertyNames"'],
    ['contains', object({ a: { contains: nested } }), '"properties/a/contains/properties/region"'],
    ['$defs', object({ a: { $ref: '#/$defs/A' } }, { $defs: { A: nested } }), '"$defs/A/properties/region"'],
    [
      'a nullable value of zod',
      z.object({ region: z.string().meta({ 'x-mcp-header': 'Region' }).nullable() }),
      '"properties/region/anyOf/0"',
    ],
    [
      'a shared schema of zod',
      z.object({ region: z.string().meta({ id: 'MirroredRegion', 'x-mcp-header': 'Region' }) }),
      '"$defs/MirroredRegion"',
    ],
  ])('cannot be in %s', (_name, schema, place) => {
    expect(() => mirrored(schema)).toThrow(McpConfigurationError);
    expect(() => mirrored(schema)).toThrow(
      `Tools.query: the input schema of the tool "query" has an x-mcp-header at ${place}, where clients may not look`,
    );
  });
});
