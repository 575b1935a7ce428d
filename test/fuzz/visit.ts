import fc from 'fast-check';
import { Ids } from './ids.js';
import { json } from './json.js';
import { messages, type Outgoing } from './messages.js';

const MAX_STEPS = 60;
const RIGHT = { result: { role: 'assistant', model: 'fuzz', content: { type: 'text', text: 'Hello' } } };

/** An action of a client. Times are in milliseconds. */
export type Step =
  | { readonly does: 'send'; readonly outgoing: Outgoing; readonly pauseMs: number }
  | { readonly does: 'disturb'; readonly how: number };

/** How a client leaves: at once, because the server ends its session, or once it has all its answers. */
export type Farewell = 'abrupt' | 'ended' | 'settled';

/** All actions of one client, from connecting to leaving, without their exact timing. */
export interface Visit {
  /** The client's name, which the server must send to no other client. */
  readonly owner: string;
  readonly version: string;
  readonly initializes: boolean;
  readonly capabilities: object;
  readonly steps: readonly Step[];
  /** Its answers to the server's requests, in turn. Each consists of any number of messages without id. */
  readonly answers: readonly (readonly object[])[];
  readonly farewell: Farewell;
  /** See {@link Whims}. */
  readonly draws: Iterator<number>;
}

/** @param versions the transport's protocol revisions */
export function visit(owner: string, versions: readonly string[]): fc.Arbitrary<Visit> {
  return fc.record(
    {
      owner: fc.constant(owner),
      version: fc.constantFrom(...versions),
      initializes: likely(80),
      capabilities: likely(80).map((samples) => (samples ? { sampling: {} } : {})),
      steps: steps(owner),
      answers: fc.array(answer, { minLength: 1, maxLength: 6 }),
      farewell: fc.oneof(
        { weight: 5, arbitrary: fc.constant<Farewell>('settled') },
        { weight: 2, arbitrary: fc.constant<Farewell>('ended') },
        { weight: 3, arbitrary: fc.constant<Farewell>('abrupt') },
      ),
      draws: fc.noBias(fc.infiniteStream(fc.nat(), { noHistory: true })),
    },
    { noNullPrototype: true },
  );
}

function steps(owner: string): fc.Arbitrary<Step[]> {
  const pauseMs = fc.oneof(
    { weight: 7, arbitrary: fc.constant(0) },
    { weight: 3, arbitrary: fc.integer({ min: 1, max: 5 }) },
  );
  const send = fc.record({ does: fc.constant('send' as const), draft: messages(owner), pauseMs });
  const disturb = fc.record(
    { does: fc.constant('disturb' as const), how: fc.nat(11) },
    { noNullPrototype: true },
  );
  const step = fc.oneof({ weight: 10, arbitrary: send }, { weight: 1, arbitrary: disturb });
  return fc.array(step, { maxLength: MAX_STEPS, size: 'max' }).map((drawn) => {
    const ids = new Ids();
    return drawn.map((each): Step => {
      if (each.does === 'disturb') return each;
      const { does, draft, pauseMs } = each;
      return { does, outgoing: draft(ids), pauseMs };
    });
  });
}

/** A right or wrong answer, an error, another request's answer, two answers, or none. */
const answer: fc.Arbitrary<readonly object[]> = fc.oneof(
  fc.constant([]),
  fc.constant([RIGHT]),
  fc.constant([RIGHT, RIGHT]),
  fc.constant([{ ...RIGHT, id: '1' }]),
  json.map((result) => [{ result }]),
  json.map((error) => [{ error }]),
);

function likely(percent: number): fc.Arbitrary<boolean> {
  return fc.nat(99).map((draw) => draw < percent);
}
