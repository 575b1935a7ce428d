import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import type { Subscription } from 'rxjs';
import { MemoryBudget } from './memory-budget.js';
import { OutgoingStream } from './outgoing-stream.js';
import { ReplayBudget } from './replay-budget.js';
import type { Sink } from './sink.js';
import type { StreamEvent, StreamItem } from './stream-event.js';

const RUNS = { numRuns: 50 };
const MAX_QUEUED_BYTES = 30;

/** A connection of the client, which reads as fast as the test says. */
class Connection implements Sink {
  writable = true;
  begun: boolean;
  isOpen = true;
  subscription?: Subscription;
  private listener?: () => void;
  /** What was written since `gather()`. */
  private held?: StreamItem[];

  constructor(
    private readonly client: Client,
    isBegun: boolean,
  ) {
    this.begun = isBegun;
  }

  write(item: StreamItem): void {
    if (this.held) this.held.push(item);
    else this.client.take(this, item);
  }

  onDrain(listener: () => void): () => void {
    this.listener = listener;
    return () => (this.listener = undefined);
  }

  drain(): void {
    this.writable = true;
    this.listener?.();
  }

  gather(): () => void {
    this.held = [];
    return () => {
      this.flush();
      this.held = undefined;
    };
  }

  flush(): void {
    const held = this.held?.splice(0) ?? [];
    if (this.isOpen) for (const item of held) this.client.take(this, item);
  }

  endConnection(): void {}

  /** What is held is lost, but for the first event: a client without an id cannot ask for what it has missed. */
  destroy(): void {
    const [first] = this.held ?? [];
    if (first && this.isOpen && this.client.read.length === 0) this.client.take(this, first);
    this.isOpen = false;
  }
}

/** A stream and the client that reads it, over one connection after another. */
class Client {
  readonly memory = MemoryBudget.unlimited().open('anybody', { trim() {}, cut() {} });
  readonly stream: OutgoingStream;
  readonly pushed: string[] = [];
  readonly read: string[] = [];
  readonly violations: string[] = [];
  connection?: Connection;
  cuts = 0;
  isOver = false;
  /** Whether some of what it has not read is lost. */
  isBehind = false;

  constructor(maxEvents: number, maxBytes: number) {
    const options = { maxQueuedBytes: MAX_QUEUED_BYTES, heartbeatMs: 1_000, onCut: () => this.cuts++ };
    this.stream = new OutgoingStream(options, new ReplayBudget({ maxEvents, maxBytes }, this.memory));
  }

  push(bytes: number): void {
    const id = String(this.pushed.length);
    if (!this.isOver) this.pushed.push(id);
    const isWithinBudget = this.stream.push({ id, type: 'message', data: 'x'.repeat(bytes) });
    // As a session does: it ends.
    if (!isWithinBudget) this.destroy();
  }

  /** Comes for the stream, or back to it after what it has read last. */
  connect(isBegun: boolean): void {
    if (this.isOver || this.connection?.isOpen) return;
    const lastId = this.read.at(-1);
    if (lastId !== undefined && !this.stream.rewind(lastId)) {
      this.isBehind = !this.stream.isFinished || this.pushed.at(-1) !== lastId;
      return;
    }
    const connection = new Connection(this, isBegun);
    this.connection = connection;
    connection.subscription = this.stream
      .attach(connection, () => undefined)
      .subscribe({
        next: (item) => {
          connection.begun = true;
          this.take(connection, item);
        },
        complete: () => (connection.isOpen = false),
      });
  }

  /** Loses its connection. @param lost events that were on their way to it */
  disconnect(lost: number): void {
    if (!this.connection?.isOpen || this.isOver) return;
    this.connection.flush();
    this.connection.isOpen = false;
    this.connection.subscription?.unsubscribe();
    this.read.length = Math.max(Math.min(this.read.length, 1), this.read.length - lost);
  }

  end(): void {
    this.isOver = true;
    this.stream.end();
  }

  destroy(): void {
    this.isOver = true;
    this.stream.destroy();
  }

  take(connection: Connection, item: StreamItem): void {
    if (!('data' in item)) return;
    if (!connection.isOpen) this.violations.push(`${item.id} after its connection`);
    this.read.push((item satisfies StreamEvent).id);
  }
}

function assertWhole({ violations, read, pushed, stream, memory }: Client): void {
  expect(violations).toEqual([]);
  expect(read).toEqual(pushed.slice(0, read.length));
  expect(stream.queuedBytes).toBeGreaterThanOrEqual(0);
  expect(memory.bytes).toBeGreaterThanOrEqual(0);
}

/** @param count what was read before the stream ended */
function assertSilent({ read, stream }: Client, count: number): void {
  expect([read.length, stream.attached]).toEqual([count, false]);
}

type Model = object;

class Step implements fc.AsyncCommand<Model, Client> {
  constructor(
    private readonly name: string,
    private readonly act: (client: Client) => unknown,
  ) {}

  check(): boolean {
    return true;
  }

  async run(_model: Model, real: Client): Promise<void> {
    const { isOver } = real;
    const count = real.read.length;
    await this.act(real);
    assertWhole(real);
    if (isOver) assertSilent(real, count);
  }

  toString(): string {
    return this.name;
  }
}

const step = (name: string, act: (client: Client) => unknown) => fc.constant(new Step(name, act));
const push = fc
  .integer({ min: 0, max: 12 })
  .map((bytes) => new Step(`push ${bytes}`, (client) => client.push(bytes)));

const STEPS = [
  push,
  push,
  push,
  step('connect', (client) => client.connect(true)),
  step('begin', (client) => client.connect(false)),
  step('disconnect', (client) => client.disconnect(0)),
  step('lose what was sent', (client) => client.disconnect(3)),
  step('detach', ({ stream }) => stream.detach()),
  step('stop reading', ({ connection }) => connection && (connection.writable = false)),
  step('read on', ({ connection }) => connection?.drain()),
  step('next turn', () => nextTurn()),
  step('heartbeat', () => jest.advanceTimersByTime(1_000)),
  step('hint', ({ stream }) => stream.hint(100)),
];

async function play(client: Client, steps: Iterable<fc.AsyncCommand<Model, Client>>): Promise<void> {
  await fc.asyncModelRun(() => ({ model: {}, real: client }), steps);
}

/** The client reads whatever is left. */
async function readAll(client: Client): Promise<void> {
  client.connection?.drain();
  client.connect(true);
  for (let turn = 0; turn < 3; turn++) await nextTurn();
}

describe('a stream', () => {
  beforeAll(() => {
    const others = ['Date', 'hrtime', 'nextTick', 'performance', 'queueMicrotask', 'setImmediate'] as const;
    jest.useFakeTimers({ doNotFake: [...others, 'clearImmediate'] });
  });
  afterAll(() => void jest.useRealTimers());

  it('gives each event once and in order, however its client comes and goes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.commands(STEPS, { maxCommands: 80, size: 'max' }), async (steps) => {
        const client = new Client(Infinity, Infinity);
        await play(client, steps);
        await readAll(client);
        expect([client.isBehind, client.read]).toEqual([false, client.pushed]);
      }),
      RUNS,
    );
  });

  it('leaves nothing out where its replay is limited: it refuses a client that it has forgotten too much for', async () => {
    await fc.assert(
      fc.asyncProperty(fc.commands(STEPS, { maxCommands: 80, size: 'max' }), async (steps) => {
        const client = new Client(4, 40);
        await play(client, steps);
        await readAll(client);
        assertWhole(client);
        const isWhole = client.read.length === client.pushed.length;
        expect(isWhole || client.isBehind || client.isOver).toBe(true);
      }),
      RUNS,
    );
  });

  it('gives all that waits when it ends, nothing more then, and its memory back', async () => {
    const steps = fc.commands(STEPS, { maxCommands: 40, size: 'max' });
    const endings = fc.constantFrom('end' as const, 'destroy' as const);
    await fc.assert(
      fc.asyncProperty(steps, steps, endings, async (before, after, how) => {
        const client = new Client(Infinity, Infinity);
        await play(client, before);
        const isRead = how === 'end' && client.stream.attached;
        client[how]();
        expect(client.read).toEqual(isRead ? client.pushed : client.pushed.slice(0, client.read.length));
        await play(client, after);
        jest.advanceTimersByTime(2_000);
        expect([client.stream.attached, client.memory.bytes]).toEqual([false, 0]);
      }),
      RUNS,
    );
  });

  it('completes once a client has read all of it after it was finished', async () => {
    await fc.assert(
      fc.asyncProperty(fc.commands(STEPS, { maxCommands: 60, size: 'max' }), async (steps) => {
        const client = new Client(Infinity, Infinity);
        await play(client, steps);
        client.stream.finish();
        await readAll(client);
        expect([client.read, client.stream.attached]).toEqual([client.pushed, false]);
      }),
      RUNS,
    );
  });
});
