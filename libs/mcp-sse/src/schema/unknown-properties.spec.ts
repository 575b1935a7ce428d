import { describe, expect, it } from '@jest/globals';
import { findUnknownProperties, type KnownProperties, type NestedClass } from './unknown-properties.js';

class Order {}
class Line {}

const line: NestedClass = { dto: Line, isMap: false };
const known = new Map<typeof Order, KnownProperties>([
  [
    Order,
    {
      nested: new Map<string, NestedClass | undefined>([
        ['name', undefined],
        ['meta', undefined],
        ['lines', line],
        ['parent', line],
        ['byName', { dto: Line, isMap: true }],
      ]),
      required: [],
    },
  ],
  [
    Line,
    {
      nested: new Map<string, NestedClass | undefined>([
        ['price', undefined],
        ['next', line],
      ]),
      required: ['price'],
    },
  ],
]);
const issuesOf = (value: unknown) => findUnknownProperties(known, Order, value).issues;

describe('findUnknownProperties', () => {
  it('finds nothing where everything is declared, or anything goes', () => {
    const value = {
      name: 'a',
      meta: { anything: { at: 'all' } },
      lines: [{ price: 1, next: { price: 2 } }],
      parent: { price: 1 },
      byName: { first: { price: 1 } },
    };
    expect(issuesOf(value)).toEqual([]);
    expect(issuesOf({ parent: null })).toEqual([]);
    expect(issuesOf('text')).toEqual([]);
  });

  it('names what is not declared at each level', () => {
    const value = {
      extra: 1,
      lines: [{ price: 1 }, { cost: 2, next: { cost: 3 } }],
      parent: { cost: 1 },
      byName: { first: { cost: 1 } },
    };
    expect(issuesOf(value)).toEqual([
      { path: 'extra', message: 'property extra should not exist' },
      { path: 'lines[1].cost', message: 'property cost should not exist' },
      { path: 'lines[1].next.cost', message: 'property cost should not exist' },
      { path: 'parent.cost', message: 'property cost should not exist' },
      { path: 'byName.first.cost', message: 'property cost should not exist' },
    ]);
  });

  it('refuses names that every object has, wherever they are', () => {
    const value: unknown = JSON.parse('{"__proto__":{},"constructor":1,"meta":{"deep":[{"toString":1}]}}');
    expect(issuesOf(value).map(({ path }) => path)).toEqual([
      '__proto__',
      'constructor',
      'meta.deep[0].toString',
    ]);
  });

  it('keeps the first 20 issues and counts the others', () => {
    const lines = Array.from({ length: 5_000 }, () => ({ cost: 1 }));
    const { issues, more } = findUnknownProperties(known, Order, { lines });
    expect([issues.length, more]).toEqual([20, 4_980]);
  });

  it('tells of missing properties only where they are very many', () => {
    const missing = (count: number) => ({ lines: Array.from({ length: count }, () => ({})) });
    expect(issuesOf(missing(1_000))).toEqual([]);
    expect(issuesOf(missing(1_001))[0]).toEqual({
      path: 'lines[0].price',
      message: 'price should not be null or undefined',
    });
  });
});
