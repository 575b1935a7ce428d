import { expect, it } from '@jest/globals';
import { canonicalJson } from './canonical-json.js';

it('is equal for values that differ in the order of members only', () => {
  const one = { b: [{ y: 1, x: 2 }], a: { d: null, c: 'ü' } };
  const other = { a: { c: 'ü', d: null }, b: [{ x: 2, y: 1 }] };
  expect(canonicalJson(one)).toBe(canonicalJson(other));
  expect(canonicalJson({ a: [1, 2] })).not.toBe(canonicalJson({ a: [2, 1] }));
});

it('keeps members whose names reach prototypes', () => {
  const value: unknown = JSON.parse('{"__proto__": {"a": 1}, "constructor": 2}');
  expect(canonicalJson(value)).toBe('{"__proto__":{"a":1},"constructor":2}');
});

it('leaves out what is undefined, as JSON does', () => {
  expect(canonicalJson({ b: undefined, a: 1 })).toBe('{"a":1}');
  expect(canonicalJson(undefined)).toBe('');
});
