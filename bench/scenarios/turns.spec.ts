import { expect, it } from '@jest/globals';
import { alternating } from './turns.js';

it('lets measurements alternate, also when one of them fails', async () => {
  const turn = alternating();
  const slices: string[] = [];
  const measure = async (name: string, failsAt?: number) => {
    for (let slice = 1; slice <= 3; slice++)
      await turn(async () => {
        slices.push(`${name}${slice}`);
        await Promise.resolve();
        if (slice === failsAt) throw new Error(name);
      });
  };
  const outcomes = await Promise.allSettled([measure('a'), measure('b', 2)]);

  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  expect(slices).toEqual(['a1', 'b1', 'a2', 'b2', 'a3']);
});
