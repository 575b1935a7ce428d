import { describe, expect, it } from '@jest/globals';
import { jsonData } from './json-data.js';

describe('jsonData', () => {
  it('gives back what JSON says as it is, without a copy', () => {
    class Order {
      lines = [{ price: 1, at: new Date(0), none: null, missing: undefined }];
    }
    for (const value of [{ a: [1, { b: 'c' }] }, [], 'text', null, undefined, new Order(), new Date(0)])
      expect(jsonData(value)).toBe(value);
  });

  it('copies what JSON would say wrongly, down to any depth', () => {
    let deep: unknown = new Map([['__proto__', 1n]]);
    for (let level = 0; level < 500; level++) deep = [deep];
    expect(JSON.stringify(jsonData(deep))).toBe(`${'['.repeat(500)}{"__proto__":"1"}${']'.repeat(500)}`);
  });

  it('names the member that has no JSON', () => {
    const parent: { children: object[] } = { children: [] };
    parent.children.push({ parent }, { parent });
    expect(() => jsonData(parent)).toThrow('the circular reference in "children[0].parent" has no JSON');
    expect(() => jsonData({ a: { b: new Error('secret') } })).toThrow('the Error in "a.b" has no JSON');
  });

  it('takes what is held twice for no circle', () => {
    const line = { total: 1n };
    expect(jsonData([line, line])).toEqual([{ total: '1' }, { total: '1' }]);
  });
});
