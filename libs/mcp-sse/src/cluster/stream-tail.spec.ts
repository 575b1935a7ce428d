import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { LogEntry, LogFollower, LogSlice, SessionLog } from '../model/cluster/session-log.js';
import { ClusterUnavailableError } from '../model/errors/cluster.errors.js';
import { StreamTail } from './stream-tail.js';

const RUNS = { numRuns: 50 };
const STREAM = 1;
/** Events before the tail starts. */
const START = 3;
const POSITIONS_PER_EPOCH = 1_000;

/**
 * A log as Redis keeps it. What it publishes arrives later, or is lost with the connection, whose loss the follower
 * learns of only some time after it hears again. Reads end when and how the test says.
 */
class Log {
  readonly reads: ((isReachable: boolean) => void)[] = [];
  readonly history: LogEntry[] = [];
  isConnected = true;
  private follower?: LogFollower;
  private readonly published: LogEntry[] = [];
  private floor = 0;
  private position = 0;

  constructor() {
    for (let count = 0; count < START; count++) this.write(STREAM);
  }

  write(stream: number): void {
    const entry = { position: ++this.position, stream, id: 'any', data: 'any' };
    this.history.push(entry);
    if (this.follower && this.isConnected) this.published.push(entry);
  }

  /** The positions of another owner are greater. */
  changeOwner(): void {
    this.position = (Math.floor(this.position / POSITIONS_PER_EPOCH) + 1) * POSITIONS_PER_EPOCH;
  }

  forget(): void {
    this.floor = this.known[0]?.position ?? this.floor;
  }

  arrive(): void {
    const entry = this.published.shift();
    if (entry) this.follower?.entry(entry);
  }

  disconnect(): void {
    this.isConnected = false;
    this.published.length = 0;
  }

  noticeGap(): void {
    if (this.isConnected) this.follower?.gap();
  }

  read: SessionLog['read'] = (_id, from) =>
    new Promise((resolve, reject) =>
      this.reads.push((isReachable) => {
        const entries = this.known.filter(({ position }) => position >= from);
        const slice: LogSlice = { floor: this.floor, entries };
        if (isReachable) resolve(slice);
        else reject(new ClusterUnavailableError());
      }),
    );

  follow: SessionLog['follow'] = async (_id, follower) => {
    this.follower = follower;
    return () => (this.follower = undefined);
  };

  get isFollowed(): boolean {
    return this.follower !== undefined;
  }

  private get known(): LogEntry[] {
    return this.history.filter(({ position }) => position > this.floor);
  }
}

/** A tail that is read, and what its reader has been given. */
class Tailed {
  readonly given: LogEntry[] = [];
  ends = 0;

  private constructor(
    readonly log: Log,
    readonly tail: StreamTail,
  ) {
    tail.start(START, {
      entry: (entry) => this.given.push(entry),
      end: () => this.ends++,
    });
  }

  static async start(): Promise<Tailed> {
    const log = new Log();
    return new Tailed(log, await StreamTail.open(log as unknown as SessionLog, 'any', STREAM));
  }

  /** Events of the stream that the client has not read yet. */
  get wanted(): LogEntry[] {
    return this.log.history.filter(({ stream, position }) => stream === STREAM && position > START);
  }

  /** The log can be reached again, which the tail is told. */
  async settle(): Promise<void> {
    this.log.isConnected = true;
    this.log.noticeGap();
    this.tail.retry();
    for (let round = 0; round < 5 || this.log.reads.length > 0; round++) {
      this.log.reads.shift()?.(true);
      this.log.arrive();
      await nextTurn();
    }
  }
}

type Model = object;

class Step implements fc.AsyncCommand<Model, Tailed> {
  constructor(
    private readonly name: string,
    private readonly act: (tailed: Tailed) => unknown,
  ) {}

  check(): boolean {
    return true;
  }

  async run(_model: Model, real: Tailed): Promise<void> {
    const { ends } = real;
    const count = real.given.length;
    void this.act(real);
    await nextTurn();
    assertWhole(real);
    if (ends > 0) assertSilent(real, count);
  }

  toString(): string {
    return this.name;
  }
}

function assertWhole({ given, wanted, ends }: Tailed): void {
  expect(given).toEqual(wanted.slice(0, given.length));
  expect(ends).toBeLessThanOrEqual(1);
}

/** @param count events given before it ended */
function assertSilent({ given, log }: Tailed, count: number): void {
  expect([given.length, log.isFollowed]).toEqual([count, false]);
}

const step = (name: string, act: (tailed: Tailed) => unknown) => fc.constant(new Step(name, act));

const LOG = [
  step('write', ({ log }) => log.write(STREAM)),
  step('write', ({ log }) => log.write(STREAM)),
  step('write to another stream', ({ log }) => log.write(0)),
  step('change the owner', ({ log }) => log.changeOwner()),
  step('arrive', ({ log }) => log.arrive()),
  step('arrive', ({ log }) => log.arrive()),
  step('answer', ({ log }) => log.reads.shift()?.(true)),
  step('answer', ({ log }) => log.reads.shift()?.(true)),
];
const FAILURES = [
  step('fail to answer', ({ log }) => log.reads.shift()?.(false)),
  step('disconnect', ({ log }) => log.disconnect()),
  step('connect', ({ log }) => (log.isConnected = true)),
  step('notice a gap', ({ log }) => log.noticeGap()),
  step('retry', ({ tail }) => tail.retry()),
];

async function play(steps: Iterable<fc.AsyncCommand<Model, Tailed>>): Promise<Tailed> {
  const real = await Tailed.start();
  await fc.asyncModelRun(() => ({ model: {}, real }), steps);
  await real.settle();
  return real;
}

describe('the tail of a stream', () => {
  it('gives each event once and in order, whatever is lost on the way', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.commands([...LOG, ...FAILURES], { maxCommands: 60, size: 'max' }),
        async (steps) => {
          const { given, wanted, ends } = await play(steps);
          expect([given, ends]).toEqual([wanted, 0]);
        },
      ),
      RUNS,
    );
  });

  it('ends, rather than leave out an event that the log has forgotten', async () => {
    const forget = step('forget', ({ log }) => log.forget());
    await fc.assert(
      fc.asyncProperty(
        fc.commands([...LOG, ...FAILURES, forget], { maxCommands: 60, size: 'max' }),
        async (steps) => {
          const { given, wanted, ends } = await play(steps);
          expect(given).toEqual(ends === 0 ? wanted : wanted.slice(0, given.length));
        },
      ),
      RUNS,
    );
  });

  it('ends after all that the log had when the stream ended, and gives nothing more', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.commands([...LOG, ...FAILURES], { maxCommands: 30, size: 'max' }),
        fc.commands([...LOG, ...FAILURES], { maxCommands: 30, size: 'max' }),
        async (before, after) => {
          const real = await Tailed.start();
          await fc.asyncModelRun(() => ({ model: {}, real }), before);
          const { wanted } = real;
          real.tail.end();
          await fc.asyncModelRun(() => ({ model: {}, real }), after);
          await real.settle();
          const { given, ends, log } = real;
          expect(given.slice(0, wanted.length)).toEqual(wanted);
          expect(ends).toBe(1);
          log.write(STREAM);
          log.arrive();
          expect([real.given.length, log.isFollowed]).toEqual([given.length, false]);
        },
      ),
      RUNS,
    );
  });

  it('gives nothing once it is closed', async () => {
    const { tail, log, given } = await Tailed.start();
    log.write(STREAM);
    tail.close();
    log.reads.shift()!(true);
    await nextTurn();
    expect([given, log.isFollowed]).toEqual([[], false]);
  });
});
