import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Duplex } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { formatEvent } from '../../http/event-stream.js';
import { ResponseSink } from '../../http/response-sink.js';
import type { LogEntry } from '../../model/cluster/log-entry.js';
import type { EventJournal } from '../../streaming/event-journal.js';
import { MemoryBudget } from '../../streaming/memory-budget.js';
import { ReplayBudget } from '../../streaming/replay-budget.js';
import type { Sink } from '../../streaming/sink.js';
import { PostExchange } from './post-exchange.js';
import { RelayExchange } from './relay-exchange.js';
import { StreamableHttpOutlet } from './streamable-http.outlet.js';

const UPGRADE_MS = 200;
const SESSION_ID = 's'.repeat(22);
const STREAM_OPTIONS = { maxQueuedBytes: 1024 * 1024, heartbeatMs: false } as const;
const REQUESTS = 3;

/** A connection in memory, whose client reads at once. */
class Connection extends Duplex {
  received = '';

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.received += chunk.toString();
    done();
  }

  /** As a socket does it. */
  destroySoon(): void {
    this.end(() => this.destroy());
  }
}

/** A response of a real server on such a connection. */
class Posted {
  readonly errors: Error[] = [];

  private constructor(
    readonly connection: Connection,
    readonly response: ServerResponse,
  ) {
    response.on('error', (error) => this.errors.push(error));
    connection.on('error', (error) => this.errors.push(error));
  }

  static async to(server: Server): Promise<Posted> {
    const connection = new Connection();
    server.emit('connection', connection);
    const requested = once(server, 'request') as Promise<[IncomingMessage, ServerResponse]>;
    connection.push('POST /mcp HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const [, response] = await requested;
    return new Posted(connection, response);
  }

  get isJson(): boolean {
    return this.connection.received.includes('Content-Type: application/json');
  }

  /** How many answers have begun. */
  get heads(): number {
    return this.connection.received.split(/^HTTP\/1\.1 /m).length - 1;
  }

  get eventIds(): string[] {
    return [...this.body.matchAll(/^id: (.+)$/gm)].map(([, id]) => id!);
  }

  /** The messages that the client has read. */
  get messages(): { id?: number; method?: string }[] {
    const body = this.isJson ? this.body : `[${this.events.map(({ data }) => data).join()}]`;
    return [JSON.parse(body === '' ? '[]' : body)].flat() as { id?: number }[];
  }

  get lastEventId(): string | undefined {
    return this.eventIds.at(-1);
  }

  private get events(): { data: string }[] {
    return [...this.body.matchAll(/^data: (.+)$/gm)].map(([, data]) => ({ data: data! }));
  }

  /** Without the frames of chunked encoding. */
  private get body(): string {
    const [head = '', ...rest] = this.connection.received.split('\r\n\r\n');
    let raw = rest.join('\r\n\r\n');
    if (!head.includes('Transfer-Encoding: chunked')) return raw;
    let body = '';
    for (let frame = /^([0-9a-f]+)\r\n/.exec(raw); frame; frame = /^([0-9a-f]+)\r\n/.exec(raw)) {
      const start = frame[0].length;
      const length = Number.parseInt(frame[1]!, 16);
      body += raw.slice(start, start + length);
      raw = raw.slice(start + length + 2);
    }
    return body;
  }
}

/** Keeps what it is given when it is told to, as a log that is far away does. */
class SlowJournal implements EventJournal {
  private readonly waiting: ((isKept: boolean) => void)[] = [];
  private position = 0;

  /** @param onKept called with each entry that is kept */
  constructor(private readonly onKept: (entry: LogEntry) => void) {}

  next(): number {
    return ++this.position;
  }

  append(entry: LogEntry, _completes: string | undefined, deliver: () => boolean): boolean {
    this.waiting.push((isKept) => {
      if (!isKept) return;
      this.onKept(entry);
      deliver();
    });
    return true;
  }

  accept(): void {}

  after(run: (isKept: boolean) => void): void {
    if (this.waiting.length === 0) run(true);
    else this.waiting.push(run);
  }

  settle(isKept: boolean): void {
    for (const run of this.waiting.splice(0)) run(isKept);
  }
}

/** How a node reads a stream of its own session for a client that is connected to another node. */
function remoteSink(onEnd: () => void): Sink {
  return {
    begun: true,
    writable: true,
    onDrain: () => () => undefined,
    write: () => undefined,
    gather: () => () => undefined,
    endConnection: () => undefined,
    destroy: onEnd,
  };
}

interface Setting {
  /** Where the session is, and whether a log keeps its events. */
  readonly kind: 'local' | 'logged' | 'relayed';
  readonly primes: boolean;
  readonly requests: number;
}

/** A POST with requests, and what answers it. */
class System {
  readonly posts: Posted[];
  readonly ids: readonly number[];
  done = 0;
  private readonly kept = new Set<string>();
  private readonly outlet: StreamableHttpOutlet;
  private readonly journal?: SlowJournal;
  private readonly memory = new MemoryBudget(1e9, 1e9).open('somebody', {
    trim: () => undefined,
    cut: () => undefined,
  });

  constructor(
    private readonly server: Server,
    first: Posted,
    readonly setting: Setting,
  ) {
    this.posts = [first];
    const { kind, primes, requests } = setting;
    let relay: RelayExchange | undefined;
    if (kind !== 'local')
      this.journal = new SlowJournal((entry) => {
        this.kept.add(entry.id);
        relay?.entry(entry);
      });
    this.outlet = new StreamableHttpOutlet(
      SESSION_ID,
      { ...STREAM_OPTIONS, journal: this.journal },
      new ReplayBudget({ maxEvents: 1_000, maxBytes: 1e6 }, this.memory),
    );
    const ids = Array.from({ length: requests }, (_, id) => id);
    this.ids = ids;
    const options = { upgradeMs: UPGRADE_MS, primes, retryMs: 10, isBatch: requests > 1 };
    if (kind === 'relayed') {
      relay = new RelayExchange(first.response, requests, options, STREAM_OPTIONS, this.memory);
      const stream = this.outlet.relay(ids, primes);
      if (primes) this.outlet.prime(stream);
      const onEnd = () => relay!.end(false);
      const reading = { sink: remoteSink(onEnd), onDetach: () => undefined, primes: false };
      this.outlet.read(stream, reading)!.items$.subscribe({ complete: onEnd });
    } else {
      const port = {
        openStream: (exchange: PostExchange) => this.outlet.openStream(exchange),
        whenKept: (run: (isKept: boolean) => void) => this.outlet.whenKept(run),
        onDetach: () => undefined,
        onDone: () => this.done++,
      };
      this.outlet.expect(ids, new PostExchange(first.response, requests, options, port, this.memory));
    }
  }

  get current(): Posted {
    return this.posts.at(-1)!;
  }

  get hasReadUnkept(): boolean {
    return (
      this.journal !== undefined &&
      this.posts.some(({ eventIds }) => eventIds.some((id) => !this.kept.has(id)))
    );
  }

  /** Whether the client reads a response. */
  get isConnected(): boolean {
    const { response } = this.current;
    return !response.writableEnded && !response.destroyed;
  }

  answer(id: number): void {
    this.outlet.send(JSON.stringify({ id, result: {} }), id, true);
  }

  notify(id: number): void {
    this.outlet.send(JSON.stringify({ method: 'notifications/progress' }), id);
  }

  cancel(id: number): void {
    this.outlet.abandon(id);
  }

  closeStream(id: number): void {
    this.outlet.closeStream(id);
  }

  detach(): void {
    this.outlet.detach();
  }

  leave(): void {
    this.current.connection.destroy();
  }

  /** @param isKept whether the log keeps what waits for it; other nodes have the session otherwise */
  settle(isKept: boolean): void {
    this.journal?.settle(isKept);
  }

  /** The client comes back for the rest. @returns whether there is any, or may be */
  async resume(): Promise<boolean> {
    const lastEventId = this.posts.findLast((post) => post.lastEventId !== undefined)?.lastEventId;
    if (lastEventId === undefined) return false;
    const post = await Posted.to(this.server);
    const { response } = post;
    response.writeHead(200).flushHeaders();
    const items$ = this.outlet.attach(new ResponseSink(response), lastEventId, true, () => undefined);
    this.posts.push(post);
    const subscription = items$?.subscribe({
      next: (item) => void response.write(formatEvent(item)),
      complete: () => void response.end(),
    });
    response.once('close', () => subscription?.unsubscribe());
    if (!items$) response.end();
    return items$ !== undefined;
  }

  end(endsConnection: boolean): void {
    this.outlet.end(endsConnection);
  }

  destroy(): void {
    this.outlet.destroy();
  }

  get heldBytes(): number {
    return this.memory.bytes;
  }

  /** The session and its client are gone. */
  async discard(): Promise<void> {
    this.destroy();
    for (const { connection } of this.posts) connection.destroy();
    await nextTurn();
  }
}

interface Model {
  /** Ids without an answer so far. */
  readonly open: Set<number>;
  readonly answered: Set<number>;
  /** Whether the server was asked to end a connection for the client to come back. */
  isDetached: boolean;
  isOver: boolean;
}

type Step = fc.AsyncCommand<Model, System>;

function step(
  name: string,
  check: (model: Readonly<Model>) => boolean,
  run: (model: Model, system: System) => void | Promise<unknown>,
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

function readTimes(system: System, id: number): number {
  return system.posts.flatMap(({ messages }) => messages).filter((message) => message.id === id).length;
}

/** What is wrong after a step: a list, as thousands of expectations would take most of the time. */
function faults({ answered }: Model, system: System): unknown[] {
  const found: unknown[] = system.posts.flatMap(({ errors }) => errors);
  if (system.posts.some(({ heads }) => heads > 1)) found.push('a second answer on one connection');
  for (const id of system.ids)
    if (readTimes(system, id) > (answered.has(id) ? 1 : 0)) found.push(`more than one answer to ${id}`);
  if (system.done > 1) found.push('done twice');
  if (system.hasReadUnkept) found.push('an event that the log does not have');
  return found;
}

function assertSound(model: Model, system: System): void {
  const found = faults(model, system);
  if (found.length > 0) throw new Error(found.map(String).join('\n'));
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
        const system = new System(server, await Posted.to(server), setting);
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
        await finish(model, system);
        assertSound(model, system);
        await system.discard();
        expect(system.heldBytes).toBe(0);
      }),
      { numRuns: 250 },
    );
  });

  /** All is answered, or over. */
  async function finish(model: Model, system: System): Promise<void> {
    const [first] = system.posts;
    // A client that gets no priming events may have no id to come back with, so its connection is not ended.
    const isDetached = model.isDetached && system.setting.primes;
    const stayed = system.posts.length === 1 && !first!.connection.destroyed && !isDetached;
    expect(system.isConnected).toBe(false);
    if (model.isOver) return;
    const isRelayed = system.setting.kind === 'relayed';
    if (!isRelayed) expect(system.done).toBe(1);
    const resumable = !isRelayed && (await system.resume());
    await nextTurn();
    await nextTurn();
    if (stayed || resumable) for (const id of model.answered) expect(readTimes(system, id)).toBe(1);
  }
});
