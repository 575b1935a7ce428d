import { createServer } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import {
  PostedRequests,
  UPGRADE_MS,
  type Setting,
} from '../../../../../test/fixtures/exchange/posted-requests.js';
import { Posted } from '../../../../../test/fixtures/exchange/posted.js';

const REQUESTS = 3;

interface Model {
  /** Ids without an answer so far. */
  readonly open: Set<number>;
  readonly answered: Set<number>;
  /** Whether the server was asked to end a connection for the client to come back. */
  isDetached: boolean;
  isOver: boolean;
}

type Step = fc.AsyncCommand<Model, PostedRequests>;

function step(
  name: string,
  check: (model: Readonly<Model>) => boolean,
  run: (model: Model, system: PostedRequests) => void | Promise<unknown>,
): Step {
  return {
    check: (model) => !model.isOver && check(model),
    run: async (model, system) => {
      await run(model, system);
      assertSound(model, system);
    },
    toString: () => name,
  };
}

const always = () => true;

const answers = fc.nat(REQUESTS - 1).map((id) =>
  step(
    `answer ${id}`,
    ({ open }) => open.has(id),
    (model, system) => {
      model.open.delete(id);
      model.answered.add(id);
      system.answer(id);
    },
  ),
);

const STEPS: fc.Arbitrary<Step>[] = [
  answers,
  // Twice as often as the others.
  answers,
  fc.nat(REQUESTS - 1).map((id) =>
    step(
      `notify ${id}`,
      ({ open }) => open.has(id),
      (_, system) => system.notify(id),
    ),
  ),
  fc.nat(REQUESTS - 1).map((id) =>
    step(
      `cancel ${id}`,
      ({ open }) => open.has(id),
      (model, system) => {
        model.open.delete(id);
        system.cancel(id);
      },
    ),
  ),
  fc.nat(REQUESTS - 1).map((id) =>
    step(
      `close the stream of ${id}`,
      ({ open }) => open.has(id),
      (model, system) => {
        model.isDetached = true;
        system.closeStream(id);
      },
    ),
  ),
  fc.constant(
    step('detach', always, (model, system) => {
      model.isDetached = true;
      system.detach();
    }),
  ),
  fc.constant(step('upgrade', always, () => void jest.advanceTimersByTime(UPGRADE_MS))),
  fc.constant(step('next turn', always, () => nextTurn())),
  fc.constant(step('keep', always, (_, system) => system.settle(true))),
  fc.constant(step('leave', always, (_, system) => system.leave())),
  fc.constant(
    step('resume', always, async (_, system) => {
      if (system.setting.kind !== 'relayed' && !system.isConnected) await system.resume();
    }),
  ),
  fc.constantFrom(
    ...[false, true].map((endsConnection) =>
      step(`end ${endsConnection}`, always, (model, system) => {
        model.isOver = true;
        system.end(endsConnection);
      }),
    ),
    step('move to another node', always, (model, system) => {
      model.isOver = true;
      system.settle(false);
      system.end(false);
    }),
    step('destroy', always, (model, system) => {
      model.isOver = true;
      system.destroy();
    }),
  ),
];

function readTimes(system: PostedRequests, id: number): number {
  return system.posts.flatMap(({ messages }) => messages).filter((message) => message.id === id).length;
}

/** What is wrong after a step: a list, as thousands of expectations would take most of the time. */
function faults({ answered }: Model, system: PostedRequests): unknown[] {
  const found: unknown[] = system.posts.flatMap(({ errors }) => errors);
  if (system.posts.some(({ heads }) => heads > 1)) found.push('a second answer on one connection');
  for (const id of system.ids)
    if (readTimes(system, id) > (answered.has(id) ? 1 : 0)) found.push(`more than one answer to ${id}`);
  if (system.done > 1) found.push('done twice');
  if (system.hasReadUnkept) found.push('an event that the log does not have');
  return found;
}

function assertSound(model: Model, system: PostedRequests): void {
  const found = faults(model, system);
  if (found.length > 0) throw new Error(found.map(String).join('\n'));
}

/**
 * Once all is answered: the answers that did not reach a client that stayed, or came back for the rest. There are none
 * after an end, and a relayed client comes back through the log, which is not part of this.
 */
async function lostAnswers(model: Model, system: PostedRequests): Promise<number[]> {
  if (model.isOver) return [];
  // A client that gets no priming events may have no id to come back with, so its connection is not ended.
  const isDetached = model.isDetached && system.setting.primes;
  const stayed = system.posts.length === 1 && !system.current.connection.destroyed && !isDetached;
  const isBack = system.setting.kind !== 'relayed' && (await system.resume());
  await nextTurn();
  await nextTurn();
  return stayed || isBack ? [...model.answered].filter((id) => readTimes(system, id) === 0) : [];
}

describe('the exchange of a POST', () => {
  const server = createServer();

  beforeAll(() => void server.on('request', () => undefined));

  beforeEach(() => void jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] }));

  afterEach(() => void jest.useRealTimers());

  afterAll(() => void server.close());

  const settings: fc.Arbitrary<Setting> = fc.record({
    kind: fc.constantFrom('local', 'logged', 'relayed'),
    primes: fc.boolean(),
    requests: fc.integer({ min: 1, max: REQUESTS }),
  });

  it('ends one response, and writes each answer once, in whatever order things happen', async () => {
    await fc.assert(
      fc.asyncProperty(settings, fc.commands(STEPS, { maxCommands: 10 }), async (setting, commands) => {
        const system = new PostedRequests(server, await Posted.to(server), setting);
        const model: Model = {
          open: new Set(system.ids),
          answered: new Set(),
          isDetached: false,
          isOver: false,
        };
        await fc.asyncModelRun(() => ({ model, real: system }), commands);
        if (!model.isOver) {
          for (const id of model.open) {
            model.answered.add(id);
            system.answer(id);
          }
          system.settle(true);
        }
        await nextTurn();
        await nextTurn();
        const lost = await lostAnswers(model, system);
        assertSound(model, system);
        expect(lost).toEqual([]);
        if (!model.isOver && setting.kind !== 'relayed' && system.done !== 1) throw new Error('never done');
        expect(system.isConnected).toBe(false);
        await system.discard();
        expect(system.heldBytes).toBe(0);
      }),
      { numRuns: 250 },
    );
  });
});
