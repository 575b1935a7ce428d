import { expect, it } from '@jest/globals';
import { randomId } from './random-id.js';

it('makes ids of 22 characters that never repeat', () => {
  const ids = Array.from({ length: 1_000 }, randomId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[\w-]{22}$/);
});
