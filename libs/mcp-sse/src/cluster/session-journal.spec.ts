import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { assertOrder, Journaled, Step, type Fate, type Model } from '../../../../test/fixtures/journaled.js';

const RUNS = { numRuns: 50 };

const step = (name: string, act: (journaled: Journaled) => unknown) => fc.constant(new Step(name, act));
const answer = (fate: Fate) => step(fate, ({ store }) => store.calls.shift()?.(fate));
const append = fc
  .record({ bytes: fc.integer({ min: 1, max: 15 }), isAnswer: fc.boolean() })
  .map(({ bytes, isAnswer }) => new Step(`append ${bytes}`, (real) => real.append(bytes, isAnswer)));

const USE = [
  append,
  append,
  step('keep', (real) => real.keep()),
  step('cancel', (real) => real.cancel()),
  step('save', ({ journal }) => journal.save()),
  step('confirm', ({ journal }) => journal.confirm()),
];
const FAILURES = [
  answer('answer lost'),
  answer('unreachable'),
  step('stand still', ({ lease }) => lease.term++),
  step('lose', ({ store }) => store.lose()),
];
const ANSWERS = [answer('answered'), answer('answered'), step('wait', () => jest.advanceTimersByTime(100))];

async function play(steps: Iterable<fc.AsyncCommand<Model, Journaled>>): Promise<Journaled> {
  const real = new Journaled();
  await fc.asyncModelRun(() => ({ model: {}, real }), steps);
  await real.settle();
  assertOrder(real);
  expect(real.memory.bytes).toBe(0);
  return real;
}

describe('the journal of a session', () => {
  beforeAll(() => {
    const others = ['Date', 'hrtime', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate'] as const;
    jest.useFakeTimers({ doNotFake: [...others, 'clearImmediate', 'setInterval', 'clearInterval'] });
  });
  afterAll(() => void jest.useRealTimers());

  it('delivers everything in order and writes it in the end, whatever fails meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.commands([...USE, ...ANSWERS, ...FAILURES], { maxCommands: 60, size: 'max' }),
        async (steps) => {
          const { store, appended, delivered, open, isClosed, fencings } = await play(steps);
          expect(fencings).toBe(0);
          if (isClosed) return;
          expect(delivered).toEqual(appended);
          expect(store.entries).toEqual(appended.filter(({ position }) => position > store.floor));
          expect([...store.inFlight].sort()).toEqual([...open].sort());
        },
      ),
      RUNS,
    );
  });

  it('drops no event unless more than its limit waits to be written', async () => {
    const within = fc.commands(
      [
        fc.constant(new Step('append', (real) => real.appended.length < 10 && real.append(4, false))),
        ...FAILURES,
        ...ANSWERS,
      ],
      { maxCommands: 60, size: 'max' },
    );
    await fc.assert(
      fc.asyncProperty(within, async (steps) => {
        const { store, appended } = await play(steps);
        expect(store.entries).toEqual(appended);
      }),
      RUNS,
    );
  });

  it('tells its session once that another node owns it, and delivers nothing from then on', async () => {
    const takeOver = step('take over', ({ store }) => (store.isTaken = true));
    await fc.assert(
      fc.asyncProperty(
        fc.commands(
          [
            ...USE,
            ...ANSWERS,
            answer('unreachable'),
            step('stand still', ({ lease }) => lease.term++),
            takeOver,
          ],
          {
            maxCommands: 60,
            size: 'max',
          },
        ),
        async (steps) => {
          const real = await play(steps);
          if (!real.store.isTaken || real.isClosed) return;
          const confirming = real.journal.confirm();
          await real.settle();
          expect(await confirming).toBe('fenced');
          expect(real.fencings).toBe(1);
          const { delivered, store } = real;
          const count = delivered.length;
          real.append(1, false);
          expect(await real.journal.keep(['late'], 0)).toBe('fenced');
          await real.settle();
          expect([delivered.length, store.calls.length, real.memory.bytes]).toEqual([count, 0, 0]);
        },
      ),
      RUNS,
    );
  });

  it('writes an event that came while a store that had lost the session got it back', async () => {
    const real = new Journaled();
    await real.settle();
    real.store.lose();
    real.journal.save();
    real.append(1, false);
    await real.settle();
    expect(real.store.entries).toEqual(real.appended);
  });

  it('tells a store that got a lost session back of a request that was answered meanwhile', async () => {
    const real = new Journaled();
    await real.settle();
    real.journal.save();
    void real.keep();
    real.store.lose();
    for (let call = 0; call < 2; call++) {
      real.store.calls.shift()!('answered');
      if (call === 0) await nextTurn();
    }
    real.append(1, true);
    await real.settle();
    expect([...real.store.inFlight]).toEqual([]);
  });

  it('neither keeps nor delivers after a standstill until the store has confirmed the session', async () => {
    const real = new Journaled();
    await real.settle();
    real.lease.term++;
    real.append(1, false);
    void real.keep();
    for (let round = 0; round < 3; round++) {
      await nextTurn();
      real.store.calls.shift()!('unreachable');
      await nextTurn();
      jest.advanceTimersByTime(100);
      await nextTurn();
    }
    expect([real.delivered, real.keepings]).toEqual([[], []]);
    await real.settle();
    expect([real.delivered, real.keepings]).toEqual([real.appended, [['1', 'kept']]]);
  });

  it('refuses an event once more than its limit waits for a store that does not answer', () => {
    const { journal } = new Journaled();
    const append = () =>
      journal.append(
        { position: journal.next(), stream: 0, id: 'any', data: 'x'.repeat(15) },
        undefined,
        () => true,
      );
    expect([append(), append(), append()]).toEqual([true, true, false]);
  });
});
