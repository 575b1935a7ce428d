import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Step, World } from '../../../../test/fixtures/connection-world.js';

const ids = fc.nat(3);
const at = fc.nat(5);
const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ does: fc.constantFrom('call', 'callSlowly'), id: ids }) },
    {
      weight: 4,
      arbitrary: fc.record({ does: fc.constantFrom('subscribe', 'unsubscribe', 'cancel'), id: ids }),
    },
    { weight: 6, arbitrary: fc.record({ does: fc.constantFrom('decide', 'ask', 'report'), at }) },
    {
      weight: 4,
      arbitrary: fc.record({
        does: fc.constant('finish'),
        at,
        how: fc.constantFrom('result', 'error', 'refusal', 'no JSON'),
      }),
    },
    { weight: 3, arbitrary: fc.record({ does: fc.constant('reply'), at, isError: fc.boolean() }) },
    { weight: 5, arbitrary: fc.record({ does: fc.constantFrom('ready', 'wait', 'turn', 'turn', 'turn') }) },
    { weight: 1, arbitrary: fc.record({ does: fc.constant('close') }) },
  ) as fc.Arbitrary<Step>,
  { maxLength: 60 },
);

/** A question that outlives its request: draws come upon it in some runs only. */
const ASKED_AND_ANSWERED = 'ready call turn ask turn finish turn close'
  .split(' ')
  .map((does) => ({ does, id: 0, at: 0, how: 'result' }) as Step);

describe('a connection, whatever comes in whatever order', () => {
  it('answers each request once, or never when it was cancelled, and keeps nothing', async () => {
    const property = fc.asyncProperty(steps, fc.boolean(), async (happening, settlesFirst) => {
      const world = new World();
      for (const step of happening) await world.run(step);
      if (settlesFirst) await world.settle();
      world.close();
      expect(world.connection.inFlight).toBe(0);
      await world.settle();

      expect(world.faults).toEqual([]);
      for (const { answers, isCancelled } of world.accepted) expect(answers).toBe(isCancelled ? 0 : 1);
      expect(world.ended).toBe(world.observed);
      expect(world.observed).toBe(world.accepted.length);
      expect([world.held, world.waits, world.asks, world.open.size]).toEqual([0, 0, 0, 0]);
    });
    await fc.assert(property, { numRuns: 500, examples: [[ASKED_AND_ANSWERED, false]] });
  });
});
