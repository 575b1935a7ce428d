import { expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { makeUniqueItemsLinear } from './unique-items.js';

const engine = new Ajv({ strict: false });
makeUniqueItemsLinear(engine);
const areUnique = engine.compile({ type: 'array', uniqueItems: true });

it.each([
  [[]],
  [[1, '1', true, 'true', null, 'null']],
  [[{ a: 1 }, { a: '1' }, ['a', 1], [['a', 1]]]],
  [
    [
      [1, 2],
      [2, 1],
    ],
  ],
  [JSON.parse('[{"__proto__":1},{}]') as unknown[]],
])('takes %j', (items) => {
  expect(areUnique(items)).toBe(true);
});

it.each([
  [[1, 2, 1]],
  [['a', 'a']],
  [[null, null]],
  [[0, -0]],
  [
    [
      { a: 1, b: { c: 2, d: 3 } },
      { b: { d: 3, c: 2 }, a: 1 },
    ],
  ],
])('refuses %j', (items) => {
  expect(areUnique(items)).toBe(false);
  expect(areUnique.errors).toMatchObject([{ message: 'must NOT have duplicate items' }]);
});

it('is asked for nothing by "uniqueItems": false', () => {
  expect(engine.validate({ type: 'array', uniqueItems: false }, [1, 1])).toBe(true);
});
