import { expect, it } from '@jest/globals';
import { MemoryUsedStates } from './used-states.js';

it('grants each state once, and forgets it when it has expired', async () => {
  let now = 0;
  const used = new MemoryUsedStates(() => now);
  expect(await used.claim('a', 100)).toBe(true);
  now = 50;
  expect(await used.claim('b', 100)).toBe(true);
  expect(await used.claim('a', 100)).toBe(false);
  now = 100;
  expect(await used.claim('c', 100)).toBe(true);
  expect(used.size).toBe(2);
  expect(await used.claim('b', 100)).toBe(false);
});
