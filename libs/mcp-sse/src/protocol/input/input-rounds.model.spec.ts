import { randomBytes } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import type { ElicitResult } from '@modelcontextprotocol/sdk/types.js';
import fc from 'fast-check';
import { ANONYMOUS } from '../../model/principal.js';
import { CallContext } from '../call-context.js';
import type { CallPort, MessageOrigin } from '../call-port.js';
import { InputRounds, type InputSettings } from './input-rounds.js';
import { StateSeal } from './state-seal.js';
import { runStep, stepResult } from './step-result.js';

/** What a handler does, one after the other or at once. */
type Action =
  | { readonly does: 'ask'; readonly text: string; readonly hasKey: boolean; readonly timesAsked: number }
  | { readonly does: 'step'; readonly turns: number; readonly inside: readonly Action[] }
  | { readonly does: 'wait'; readonly turns: number }
  | { readonly does: 'together' | 'finally' | 'throw'; readonly inside: readonly Action[] };

/** How a client behaves in one round. */
type Whim = 'answer' | 'omit' | 'half' | 'wrong' | 'extra' | 'repeat' | 'tamper' | 'other arguments';

const turns = fc.nat(2);
const { actions } = fc.letrec<{ action: Action; actions: readonly Action[] }>((tie) => ({
  actions: fc.array(tie('action'), { maxLength: 4 }),
  action: fc.oneof(
    { maxDepth: 3 },
    {
      weight: 4,
      arbitrary: fc.record({
        does: fc.constant('ask' as const),
        text: fc.constantFrom('a', 'b', '__proto__'),
        hasKey: fc.boolean(),
        timesAsked: fc.integer({ min: 1, max: 2 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ does: fc.constant('wait' as const), turns }) },
    {
      weight: 2,
      arbitrary: fc.record({ does: fc.constant('step' as const), turns, inside: tie('actions') }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        does: fc.constantFrom('together' as const, 'finally' as const, 'throw' as const),
        inside: tie('actions'),
      }),
    },
  ),
}));
const whims = fc.array(
  fc.constantFrom<Whim>('answer', 'omit', 'half', 'wrong', 'extra', 'repeat', 'tamper', 'other arguments'),
  { maxLength: 8 },
);

/** What the runs of a handler have done, by the place in its actions. */
interface Doings {
  readonly did: Map<string, unknown>;
  readonly stepsDone: string[];
}

/** One call of the handler that the actions describe. Keys follow the place in the actions, not the time. */
class Run {
  /** @param isSequential whether it asks nothing at once */
  constructor(
    private readonly context: CallContext,
    private readonly record: Doings,
    private readonly isSequential: boolean,
  ) {}

  async all(inside: readonly Action[], path: string): Promise<void> {
    for (const [index, action] of inside.entries()) await this.one(action, `${path}.${index}`);
  }

  private async one(action: Action, path: string): Promise<void> {
    switch (action.does) {
      case 'ask':
        for (let time = 0; time < action.timesAsked; time++) {
          const key = action.hasKey ? `${path}.${time}` : undefined;
          this.record.did.set(`${path}.${time}`, (await this.ask(action.text, key)).content);
        }
        return;
      case 'wait':
        return waited(action.turns);
      case 'step':
        this.record.did.set(
          path,
          await this.context.once(path, () => this.step(action.inside, action.turns, path)),
        );
        return;
      case 'together':
        return this.isSequential ? this.all(action.inside, path) : this.together(action.inside, path);
      case 'finally':
        try {
          await this.all(action.inside, path);
        } finally {
          await this.ask('finally', `${path}.finally`);
        }
        return;
      case 'throw':
        await this.all(action.inside, path);
        throw new Error(path);
    }
  }

  private async together(inside: readonly Action[], path: string): Promise<void> {
    const branches = inside.map((action, index) => this.one(action, `${path}.${index}`));
    // All of them, so that the outcome does not depend on who fails first.
    for (const branch of await Promise.allSettled(branches))
      if (branch.status === 'rejected') throw branch.reason;
  }

  private async step(inside: readonly Action[], turnsTaken: number, path: string): Promise<object> {
    await waited(turnsTaken);
    await this.all(inside, `${path}.in`);
    this.record.stepsDone.push(path);
    return { path, nothing: undefined, at: new Date(0) };
  }

  private ask(text: string, key?: string): Promise<ElicitResult> {
    const requestedSchema = { type: 'object' as const, properties: {} };
    return this.context.elicit({ message: text, requestedSchema }, { key });
  }
}

async function waited(count: number): Promise<void> {
  for (let taken = 0; taken < count; taken++) await turn();
}

const ORIGIN: MessageOrigin = {
  principal: ANONYMOUS,
  request: undefined,
  headers: {},
  streamHeaders: {},
  params: {},
  bytes: 0,
};
const STATE = { protocolVersion: '2025-11-25', clientCapabilities: { elicitation: {} } };
const SETTINGS: InputSettings = {
  maxRounds: 1_000,
  maxStateBytes: 1_000_000,
  ttlMs: 60_000,
  maxAnswerMembers: 100,
  seal: new StateSeal([randomBytes(32).toString('hex')]),
  errors: { warn: () => undefined },
};
const PARAMS = { name: 'tool', arguments: { a: 1 } };
const REQUEST = { principalKey: 'ann', server: 'shop', method: 'tools/call', params: PARAMS, route: {} };

/** Someone who answers. Asked one thing at a time, they say something else each time. */
function user(isSequential: boolean): (params: unknown) => object {
  let answers = 0;
  return (params) => {
    const said = (params as { message: string }).message;
    return { action: 'accept', content: { said: isSequential ? `${said} ${++answers}` : said } };
  };
}

function contextOf(port: Pick<CallPort, 'ask' | 'once' | 'input'>): CallContext {
  return new CallContext(1, undefined, ORIGIN, {
    transport: 'streamable-http',
    state: STATE,
    checkForm: () => () => undefined,
    notify: () => undefined,
    closeStream: () => undefined,
    ...port,
  });
}

interface Outcome {
  readonly did: object;
  readonly failed?: string;
  readonly stepsDone: readonly string[];
}

async function outcomeOf(run: Run, handler: readonly Action[], record: Doings): Promise<Outcome> {
  const failed = await run.all(handler, '').then(
    () => undefined,
    (error: unknown) => String(error),
  );
  return { did: Object.fromEntries(record.did), failed, stepsDone: record.stepsDone.toSorted() };
}

/** The outcome where a connection awaits the answers. */
function legacy(handler: readonly Action[], isSequential: boolean): Promise<Outcome> {
  const answerTo = user(isSequential);
  const context = contextOf({
    ask: async (question) => {
      await turn();
      return question.read(answerTo(question.params));
    },
    once: async (key, step) => stepResult(await runStep(key, step)),
  });
  const record: Doings = { did: new Map(), stepsDone: [] };
  return outcomeOf(new Run(context, record, isSequential), handler, record);
}

interface Asked {
  readonly inputRequests: Record<string, { readonly params: unknown }>;
  readonly requestState: string;
}

/** The outcome in rounds, with a client that behaves by its whims, and well once it has no more. */
async function modern(
  handler: readonly Action[],
  isSequential: boolean,
  moods: readonly Whim[],
): Promise<Outcome> {
  const answerTo = user(isSequential);
  const record: Doings = { did: new Map(), stepsDone: [] };
  let params: object = PARAMS;
  for (let round = 0; ; round++) {
    const rounds = await InputRounds.open({ ...REQUEST, params: { ...params } }, SETTINGS);
    const context = contextOf({
      input: rounds,
      ask: (question, options) => rounds.ask(question, options),
      once: (key, step) => rounds.once(key, step),
    });
    const outcome = await outcomeOf(new Run(context, record, isSequential), handler, record);
    if (!rounds.isLeft) return outcome;
    await rounds.unwound();
    const result = JSON.parse(JSON.stringify(rounds.result())) as Asked;
    params = nextParams(result, moods[round] ?? 'answer', answerTo) ?? params;
  }
}

/** @returns the parameters of the next round; undefined to send the last ones again */
function nextParams(
  { inputRequests, requestState }: Asked,
  whim: Whim,
  answerTo: (params: unknown) => object,
): Record<string, unknown> | undefined {
  const keys = Object.keys(inputRequests);
  const answered = (some: readonly string[]) =>
    some.map((key) => [key, answerTo(inputRequests[key]!.params)] as const);
  const next = (responses: readonly (readonly [string, unknown])[]) => ({
    ...PARAMS,
    requestState,
    inputResponses: Object.fromEntries(responses.toReversed()),
  });
  switch (whim) {
    case 'omit':
      return next([]);
    case 'half':
      return next(answered(keys.slice(0, keys.length >> 1)));
    case 'wrong':
      return next(keys.map((key, index) => [key, index % 2 === 0 ? 5 : { action: 'accept', content: 5 }]));
    case 'extra':
      return next([...answered(keys), ['unknown', 1], ['constructor', {}], ['0', null]]);
    case 'repeat':
      return undefined;
    case 'tamper':
      refused({ ...next([]), requestState: `${requestState}A` });
      refused({ ...next([]), requestState: requestState.replace(/^./, 'B') });
      return next(answered(keys));
    case 'other arguments':
      refused({ ...next([]), arguments: { a: 2 } });
      return next(answered(keys));
    default:
      return next(answered(keys));
  }
}

function refused(params: Record<string, unknown>): void {
  expect(() => InputRounds.open({ ...REQUEST, params }, SETTINGS)).toThrow('"requestState"');
}

it('gives the outcome of a connection, whatever handler and client do, and runs each step once', async () => {
  await fc.assert(
    fc.asyncProperty(actions, fc.boolean(), whims, async (handler, isSequential, moods) => {
      const expected = await legacy(handler, isSequential);
      const outcome = await modern(handler, isSequential, moods);
      // A client that sends an old state again has its steps run again.
      const stepsDone = moods.includes('repeat') ? [...new Set(outcome.stepsDone)] : outcome.stepsDone;
      expect({ ...outcome, stepsDone }).toEqual(expected);
    }),
    { numRuns: 500 },
  );
}, 60_000);
