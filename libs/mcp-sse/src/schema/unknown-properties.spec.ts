import { describe, expect, it } from '@jest/globals';
import type { JsonObjectSchema } from '../model/json-schema.js';
import { findUnknownProperties } from './unknown-properties.js';

const schema: JsonObjectSchema = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    meta: { type: 'object' },
    lines: { type: 'array', items: { $ref: '#/$defs/Line' } },
    parent: { anyOf: [{ $ref: '#/$defs/Line' }, { type: 'null' }] },
    byName: { type: 'object', additionalProperties: { $ref: '#/$defs/Line' } },
  },
  additionalProperties: false,
  $defs: {
    Line: {
      type: 'object',
      properties: { price: { type: 'number' }, next: { $ref: '#/$defs/Line' } },
      additionalProperties: false,
    },
  },
};

describe('findUnknownProperties', () => {
  it('finds nothing where everything is declared, or anything goes', () => {
    const value = {
      name: 'a',
      meta: { anything: { at: 'all' } },
      lines: [{ price: 1, next: { price: 2 } }],
      parent: { price: 1 },
      byName: { first: { price: 1 } },
    };
    expect(findUnknownProperties(schema, value)).toEqual([]);
    expect(findUnknownProperties(schema, { parent: null })).toEqual([]);
    expect(findUnknownProperties(schema, 'text')).toEqual([]);
  });

  it('names what is not declared at each level', () => {
    const value = {
      extra: 1,
      lines: [{ price: 1 }, { cost: 2, next: { cost: 3 } }],
      parent: { cost: 1 },
      byName: { first: { cost: 1 } },
    };
    expect(findUnknownProperties(schema, value)).toEqual([
      { path: 'extra', message: 'property extra should not exist' },
      { path: 'lines[1].cost', message: 'property cost should not exist' },
      { path: 'lines[1].next.cost', message: 'property cost should not exist' },
      { path: 'parent.cost', message: 'property cost should not exist' },
      { path: 'byName.first.cost', message: 'property cost should not exist' },
    ]);
  });

  it('is not fooled by names that every object has', () => {
    const value: unknown = JSON.parse('{"__proto__":{},"constructor":1,"toString":1}');
    expect(findUnknownProperties(schema, value).map(({ path }) => path)).toEqual([
      '__proto__',
      'constructor',
      'toString',
    ]);
  });
});
