import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import type { ClusterNode } from '../model/cluster/mcp-cluster.js';
import type { LogBatch, LogEntry, SessionLog, WriteOutcome } from '../model/cluster/session-log.js';
import { ClusterUnavailableError } from '../model/errors/cluster.errors.js';
import { NO_REPORTS } from '../model/cluster/cluster-reports.js';
import type { Keeping } from '../sessions/shared-journal.js';
import { MemoryBudget } from '../streaming/memory-budget.js';
import { SessionJournal } from './session-journal.js';

const RUNS = { numRuns: 50 };
const MAX_BYTES = 40;

/** How a call to the store ends: carried out; carried out but its answer is lost; or not carried out. */
type Fate = 'answered' | 'answer lost' | 'unreachable';

/** A store whose calls end when and how the test says. */
class Store {
  readonly calls: ((fate: Fate) => void)[] = [];
  entries: LogEntry[] = [];
  inFlight = new Set<string>();
  floor = 0;
  exists = false;
  isTaken = false;
  isRemoved = false;

  append: SessionLog['append'] = (_id, _owner, batch) => this.call(() => this.write(batch));
  renew = () => this.call(() => this.judge());
  release = () => this.call(() => this.judge());
  remove = () =>
    this.call(() => {
      const outcome = this.judge();
      if (outcome === 'ok') this.isRemoved = true;
      return outcome;
    });

  /** Loses everything, like a Redis without a disk. */
  lose(): void {
    this.exists = false;
    this.entries = [];
    this.inFlight.clear();
    this.floor = 0;
  }

  private judge(): WriteOutcome {
    if (!this.exists) return 'missing';
    return this.isTaken || this.isRemoved ? 'fenced' : 'ok';
  }

  private write({ creates, accepted, completed, entries, floor }: LogBatch): WriteOutcome {
    if (creates) this.exists = true;
    const outcome = this.judge();
    if (outcome !== 'ok') return outcome;
    if (floor !== undefined) [this.entries, this.floor] = [[], floor];
    for (const [request] of accepted) this.inFlight.add(request);
    for (const request of completed) this.inFlight.delete(request);
    const last = this.entries.at(-1)?.position ?? this.floor;
    this.entries.push(...entries.filter(({ position }) => position > last));
    return 'ok';
  }

  private call(act: () => WriteOutcome): Promise<WriteOutcome> {
    return new Promise((resolve, reject) =>
      this.calls.push((fate) => {
        const outcome = fate === 'unreachable' ? undefined : act();
        if (fate === 'answered') resolve(outcome!);
        else reject(new ClusterUnavailableError());
      }),
    );
  }
}

/** A journal, the session that it writes, and what the session has been told. */
class Journaled {
  readonly store = new Store();
  readonly lease = { term: 0 };
  readonly memory = MemoryBudget.unlimited().open('anybody', { trim() {}, cut() {} });
  readonly journal: SessionJournal;
  readonly appended: LogEntry[] = [];
  readonly delivered: LogEntry[] = [];
  readonly violations: unknown[] = [];
  readonly keepings: [request: string, keeping: Keeping][] = [];
  /** Requests of the client without an answer. */
  readonly open = new Set<string>();
  fencings = 0;
  isClosed = false;
  private requests = 0;

  constructor() {
    const { store, lease } = this;
    const node = { id: 'this', store, log: store, lease } as unknown as ClusterNode;
    this.journal = new SessionJournal('any', node, 0, MAX_BYTES, NO_REPORTS, this.memory);
    const { delivered } = this;
    this.journal.start({
      record: { id: 'any', graceMs: 0, state: { subscriptions: [] } } as never,
      get kept() {
        return delivered;
      },
      fenced: () => this.fencings++,
      overflowed: () => undefined,
    });
  }

  append(bytes: number, isAnswer: boolean): void {
    const entry = { position: this.journal.next(), stream: 0, id: 'any', data: 'x'.repeat(bytes) };
    const completes = isAnswer ? [...this.open][0] : undefined;
    if (!this.journal.append(entry, completes, () => this.deliver(entry))) return this.close();
    this.appended.push(entry);
    if (completes !== undefined) this.open.delete(completes);
  }

  async keep(): Promise<void> {
    const request = String(++this.requests);
    this.open.add(request);
    const keeping = await this.journal.keep([request], 0);
    this.keepings.push([request, keeping]);
    this.note(() => assertKeeping(this, request, keeping));
  }

  cancel(): void {
    const [request] = this.open;
    if (request === undefined) return;
    this.open.delete(request);
    this.journal.complete(request);
  }

  /** As the session does when the backlog exceeds the limit. */
  close(): void {
    this.isClosed = true;
    void this.journal.remove();
  }

  /** The store can be reached again: the node asks it, and all calls are answered. */
  async settle(): Promise<void> {
    void this.journal.confirm();
    for (let round = 0; round < 10 || this.store.calls.length > 0; round++) {
      this.store.calls.shift()?.('answered');
      await nextTurn();
      jest.advanceTimersByTime(100);
      await nextTurn();
    }
  }

  /** Nobody hears what is thrown where the journal calls back. */
  private note(assert: () => void): void {
    try {
      assert();
    } catch (error) {
      this.violations.push(error);
    }
  }

  private deliver(entry: LogEntry): boolean {
    this.note(() => assertDeliverable(this, entry));
    this.delivered.push(entry);
    return true;
  }
}

function assertKeeping(
  { open, store, journal, isClosed, fencings }: Journaled,
  request: string,
  keeping: Keeping,
): void {
  if (keeping === 'kept' && open.has(request)) expect(store.inFlight.has(request)).toBe(true);
  if (keeping === 'unkept') expect(journal.isSure || isClosed).toBe(true);
  if (keeping === 'fenced') expect(fencings).toBe(1);
  expect(keeping).not.toBe('unsure');
}

function assertDeliverable({ fencings, store, journal, isClosed }: Journaled, entry: LogEntry): void {
  expect(fencings).toBe(0);
  expect(store.entries.includes(entry) || journal.isSure || isClosed).toBe(true);
}

function assertOrder({ store, memory, delivered, appended, violations }: Journaled): void {
  expect(violations).toEqual([]);
  expect(store.calls.length).toBeLessThanOrEqual(1);
  expect(memory.bytes).toBeGreaterThanOrEqual(0);
  expect(delivered).toEqual(appended.slice(0, delivered.length));
}

type Model = object;

/** Does something to a journal, and checks what has to hold at all times. */
class Step implements fc.AsyncCommand<Model, Journaled> {
  constructor(
    private readonly name: string,
    private readonly act: (journaled: Journaled) => unknown,
  ) {}

  check(): boolean {
    return true;
  }

  async run(_model: Model, real: Journaled): Promise<void> {
    if (real.isClosed) return;
    void this.act(real);
    await nextTurn();
    assertOrder(real);
  }

  toString(): string {
    return this.name;
  }
}

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
