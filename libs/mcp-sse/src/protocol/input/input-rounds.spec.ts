import { randomBytes } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { McpClientError } from '../../model/errors/mcp-client.error.js';
import { McpInputRequiredException } from '../../model/errors/mcp-input-required.exception.js';
import { InputRounds, type InputSettings } from './input-rounds.js';
import type { Question } from './question.js';
import { StateSeal } from './state-seal.js';
import { MemoryUsedStates } from './used-states.js';

type Handler = (rounds: InputRounds) => unknown;
interface Asked {
  readonly inputRequests: Record<string, { method: string; params?: object }>;
  readonly requestState: string;
}

const { signal } = new AbortController();
const PARAMS = { name: 'buy', arguments: { of: 'shoes', pairs: 2 } };
const REQUEST = { principalKey: 'ann', server: 'shop', method: 'tools/call', params: PARAMS, route: {} };
const warnings: string[] = [];
const SETTINGS: InputSettings = {
  maxRounds: 64,
  maxStateBytes: 32_768,
  ttlMs: 60_000,
  maxAnswerMembers: 5,
  seal: new StateSeal([randomBytes(32).toString('hex')]),
  errors: { warn: (text) => void warnings.push(text) },
};
const INVALID_PARAMS = { code: -32602 };
const INPUT_REQUIRED = McpInputRequiredException;

function question(text: string, params: object = { message: text }): Question<unknown> {
  const read = (answer: unknown) => {
    if (typeof answer === 'number') throw new McpClientError('A number is no answer.');
    return answer;
  };
  return { method: 'elicitation/create', params, read };
}

const ask = (rounds: InputRounds, text: string, key?: string) => rounds.ask(question(text), { signal, key });
/** A handler that asks one question. */
const one: Handler = (rounds) => ask(rounds, 'sure?');
const open = async (params: object, settings = SETTINGS, request: object = {}): Promise<InputRounds> =>
  InputRounds.open({ ...REQUEST, params: { ...PARAMS, ...params }, ...request }, settings);

/** Runs a handler as a request does. */
async function run(handler: Handler, rounds: InputRounds): Promise<Partial<Asked> & { value?: unknown }> {
  let value: unknown;
  try {
    value = await handler(rounds);
  } catch (error) {
    if (!rounds.isLeft) throw error;
  }
  if (!rounds.isLeft) return { value };
  await rounds.unwound();
  return rounds.result() as Asked;
}

const first = async (handler: Handler, settings = SETTINGS): Promise<Asked> =>
  (await run(handler, new InputRounds(REQUEST, settings))) as Asked;
const next = async (handler: Handler, { requestState }: Asked, inputResponses: object) =>
  (await run(handler, await open({ requestState, inputResponses }))) as Asked & { value?: unknown };

afterEach(() => void warnings.splice(0));

describe('the questions of a turn', () => {
  it('go out together, and the handler runs again with the answers', async () => {
    const both: Handler = (rounds) => Promise.all([ask(rounds, 'size?', 'size'), ask(rounds, 'colour?')]);
    const asked = await first(both);
    expect(asked).toEqual({
      resultType: 'input_required',
      inputRequests: {
        size: { method: 'elicitation/create', params: { message: 'size?' } },
        '2': { method: 'elicitation/create', params: { message: 'colour?' } },
      },
      requestState: expect.any(String),
    });
    expect(await next(both, asked, { size: 'XL', '2': 'red' })).toEqual({ value: ['XL', 'red'] });
  });

  it('are asked again without those that have an answer', async () => {
    const both: Handler = (rounds) => Promise.all([ask(rounds, 'size?', 'size'), ask(rounds, 'colour?')]);
    const again = await next(both, await first(both), { '2': 'red' });
    expect(Object.keys(again.inputRequests)).toEqual(['size']);
    expect(await next(both, again, { size: 'M' })).toEqual({ value: ['M', 'red'] });
  });

  it('are told apart by their order, also if they are equal', async () => {
    const loop: Handler = async (rounds) => {
      const answers: unknown[] = [];
      while (answers.at(-1) !== 'done') answers.push(await ask(rounds, 'more?'));
      return answers;
    };
    let asked = await first(loop);
    asked = await next(loop, asked, { '1': 'milk' });
    asked = await next(loop, asked, { '2': 'bread' });
    expect(await next(loop, asked, { '3': 'done' })).toEqual({ value: ['milk', 'bread', 'done'] });
  });

  it('have different keys, whatever the handler calls them', async () => {
    const keys = ['2', '2_', '__proto__', 'constructor', 'toString', ''];
    const all: Handler = (rounds) =>
      Promise.all([undefined, undefined, ...keys].map((key, index) => ask(rounds, `${index}?`, key)));
    const asked = await first(all);
    expect(Object.keys(asked.inputRequests).toSorted()).toEqual(['1', '2__', ...keys].toSorted());
    const json = JSON.stringify(asked.inputRequests).replaceAll(
      /\{"method":[^}]*"message":("[^"]*")\}\}/g,
      '$1',
    );
    expect(await next(all, asked, JSON.parse(json) as object)).toEqual({
      value: ['0?', '1?', '2?', '3?', '4?', '5?', '6?', '7?'],
    });
  });

  it('are the parameters of the time when they were asked, in their order', async () => {
    const params = { message: 'sure?', requestedSchema: { z: 1, a: 2 } };
    const asked = await first((rounds) => {
      const answer = rounds.ask(question('', params), { signal });
      params.requestedSchema.z = 9;
      return answer;
    });
    expect(JSON.stringify(asked.inputRequests['1']!.params)).toBe(
      '{"message":"sure?","requestedSchema":{"z":1,"a":2}}',
    );
  });

  it('may have no parameters', async () => {
    const roots: Question<unknown> = { method: 'roots/list', params: undefined, read: (answer) => answer };
    const asked = await first((rounds) => rounds.ask(roots, { signal }));
    expect(asked.inputRequests).toEqual({ '1': { method: 'roots/list' } });
  });

  it('are not asked when JSON cannot express them', () => {
    const rounds = new InputRounds(REQUEST, SETTINGS);
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    for (const params of [circle, { big: 1n }])
      expect(() => rounds.ask(question('', params), { signal })).toThrow(TypeError);
  });

  it('are dropped when the handler does not wait for them', async () => {
    const rounds = new InputRounds(REQUEST, SETTINGS);
    void ask(rounds, 'sure?').catch(() => undefined);
    expect(rounds.isLeft).toBe(false);
  });

  it('are not asked when the request was aborted', async () => {
    const abortion = new AbortController();
    const rounds = new InputRounds(REQUEST, SETTINGS);
    const answer = rounds.ask(question('sure?'), { signal: abortion.signal });
    abortion.abort();
    await expect(answer).rejects.toThrow(McpClientError);
    expect(rounds.isLeft).toBe(false);
  });
});

describe('a run that was left', () => {
  it('asks and does nothing more, whatever the handler catches', async () => {
    let steps = 0;
    const stubborn: Handler = async (rounds) => {
      await expect(ask(rounds, 'one?')).rejects.toThrow(INPUT_REQUIRED);
      await expect(ask(rounds, 'two?')).rejects.toThrow(INPUT_REQUIRED);
      await expect(rounds.once('step', () => ++steps)).rejects.toThrow(INPUT_REQUIRED);
      return 'done anyway';
    };
    const { inputRequests } = await first(stubborn);
    expect(Object.values(inputRequests).map(({ params }) => params)).toEqual([{ message: 'one?' }]);
    expect(steps).toBe(0);
  });

  it('does not count what a later turn asks', async () => {
    const asked = await first((rounds) =>
      Promise.all([
        ask(rounds, 'one?'),
        turn()
          .then(() => turn())
          .then(() => ask(rounds, 'two?')),
      ]),
    );
    expect(Object.keys(asked.inputRequests)).toEqual(['1']);
  });
});

describe('an answer', () => {
  it.each([
    ['is missing', {}],
    ['is invalid', { '1': 5 }],
    ['is to another question', { '2': 'yes', constructor: 'yes' }],
    ['has too many members', { '1': [1, 2, 3, 4, 5, 6] }],
  ])('is asked for again when it %s', async (_problem, responses) => {
    const again = await next(one, await first(one), responses);
    expect(again.inputRequests).toEqual({
      '1': { method: 'elicitation/create', params: { message: 'sure?' } },
    });
    expect(await next(one, again, { '1': 'yes' })).toEqual({ value: 'yes' });
  });

  it('is not taken from a prototype', async () => {
    const named: Handler = (rounds) => ask(rounds, 'sure?', 'toString');
    const again = await next(named, await first(named), {});
    expect(Object.keys(again.inputRequests)).toEqual(['toString']);
  });

  it('counts for the question it was given to only, though another has the key now', async () => {
    const asked = await first((rounds) => ask(rounds, 'pay 5?', 'pay'));
    const changed: Handler = (rounds) => ask(rounds, 'pay 500?', 'pay');
    const again = await next(changed, asked, { pay: 'yes' });
    expect(again.inputRequests['pay']!.params).toEqual({ message: 'pay 500?' });
  });

  it('is validated again in each round', async () => {
    let isStrict = false;
    const sure = {
      ...question('sure?'),
      read: (answer: unknown) => {
        if (isStrict) throw new McpClientError('no longer valid');
        return answer;
      },
    };
    const two: Handler = async (rounds) => [await rounds.ask(sure, { signal }), await ask(rounds, 'really?')];
    const asked = await next(two, await first(two), { '1': 'yes' });
    expect(Object.keys(asked.inputRequests)).toEqual(['2']);
    isStrict = true;
    expect(Object.keys((await next(two, asked, { '2': 'yes' })).inputRequests)).toEqual(['1']);
  });

  it('is kept for a round that comes to its question later', async () => {
    let isSwapped = false;
    const swapping: Handler = async (rounds) => {
      if (!isSwapped) return Promise.all([ask(rounds, 'a?', 'a'), ask(rounds, 'b?', 'b')]);
      const c = await ask(rounds, 'c?', 'c');
      return [await ask(rounds, 'a?', 'a'), await ask(rounds, 'b?', 'b'), c];
    };
    const asked = await first(swapping);
    isSwapped = true;
    const again = await next(swapping, asked, { a: 'A', b: 'B' });
    expect(await next(swapping, again, { c: 'C' })).toEqual({ value: ['A', 'B', 'C'] });
  });

  it('may come before its question if the handler gives it a key', async () => {
    const named: Handler = (rounds) => ask(rounds, 'sure?', 'sure');
    expect(await run(named, await open({ inputResponses: { sure: 'yes', more: 1 } }))).toEqual({
      value: 'yes',
    });
    expect(await run(named, await open({ inputResponses: { sure: 1 } }))).toHaveProperty('requestState');
    expect(await run(one, await open({ inputResponses: { '1': 'yes' } }))).toHaveProperty('requestState');
  });

  it('that a handler changes is the same in the next round', async () => {
    const changing: Handler = async (rounds) => {
      const list = (await ask(rounds, 'list?')) as string[];
      list.push('changed');
      return [list, await ask(rounds, 'sure?')];
    };
    const asked = await next(changing, await first(changing), { '1': ['x'] });
    expect(await next(changing, asked, { '2': 'yes' })).toEqual({ value: [['x', 'changed'], 'yes'] });
  });
});

describe('a step', () => {
  it('runs once, and gives what JSON makes of its result in each round', async () => {
    let runs = 0;
    const results: unknown[] = [];
    const stepping: Handler = async (rounds) => {
      results.push(await rounds.once('order', () => ({ number: ++runs, at: new Date(0), not: undefined })));
      results.push(await rounds.once('nothing', () => undefined));
      return ask(rounds, 'sure?');
    };
    expect(await next(stepping, await first(stepping), { '1': 'yes' })).toEqual({ value: 'yes' });
    const order = { number: 1, at: '1970-01-01T00:00:00.000Z' };
    expect(results).toStrictEqual([order, undefined, order, undefined]);
  });

  it('runs again after it failed', async () => {
    let runs = 0;
    const failing: Handler = async (rounds) => {
      const failed = await rounds.once('step', () => Promise.reject(new Error(`${++runs}`))).catch(String);
      return [failed, await ask(rounds, 'sure?')];
    };
    expect(await next(failing, await first(failing), { '1': 'y' })).toEqual({ value: ['Error: 2', 'y'] });
  });

  it('fails when its result has no JSON', async () => {
    const rounds = new InputRounds(REQUEST, SETTINGS);
    await expect(rounds.once('big', () => 1n)).rejects.toThrow('once("big") has no JSON');
  });

  it('that outlasts the run beside a question is kept', async () => {
    let runs = 0;
    const beside: Handler = (rounds) =>
      Promise.all([
        ask(rounds, 'sure?'),
        rounds.once('slow', async () => {
          for (let turns = 0; turns < 5; turns++) await turn();
          return ++runs;
        }),
      ]);
    expect(await next(beside, await first(beside), { '1': 'yes' })).toEqual({ value: ['yes', 1] });
  });

  it('may ask, and runs again with the answer', async () => {
    let runs = 0;
    const asking: Handler = async (rounds) => {
      const name = await rounds.once('name', async () => `${++runs} ${String(await ask(rounds, 'name?'))}`);
      return [name, await ask(rounds, 'sure?')];
    };
    const asked = await next(asking, await first(asking), { '1': 'Ann' });
    expect(await next(asking, asked, { '2': 'yes' })).toEqual({ value: ['2 Ann', 'yes'] });
  });

  it('that asked does not lend its answer to an equal question after it', async () => {
    const asking: Handler = async (rounds) => [
      await rounds.once('name', () => ask(rounds, 'name?')),
      await ask(rounds, 'name?'),
      await ask(rounds, 'sure?'),
    ];
    let asked = await next(asking, await first(asking), { '1': 'Ann' });
    asked = await next(asking, asked, { '2': 'Bob' });
    const [key] = Object.keys(asked.inputRequests);
    expect(await next(asking, asked, { [key!]: 'yes' })).toEqual({ value: ['Ann', 'Bob', 'yes'] });
  });

  it('keeps its result when the handler changes what it got', async () => {
    const changing: Handler = async (rounds) => {
      const order = await rounds.once('order', () => ({ lines: ['a'] }));
      order.lines.push('b');
      return [order.lines, await ask(rounds, 'sure?')];
    };
    expect(await next(changing, await first(changing), { '1': 'y' })).toEqual({ value: [['a', 'b'], 'y'] });
  });
});

describe('a state', () => {
  it.each([
    ['another principal', { principalKey: 'bob' }, 'belongs to another principal'],
    ['another server', { server: 'bank' }, 'belongs to another server'],
    ['another method', { method: 'prompts/get' }, 'belongs to a request of another method'],
    ['another route', { route: { tenant: 'globex' } }, 'belongs to a request with other parameters'],
  ])('of %s is refused', async (_other, request, problem) => {
    const { requestState } = await first(one);
    await expect(open({ requestState }, SETTINGS, request)).rejects.toMatchObject({
      ...INVALID_PARAMS,
      message: `Invalid params: "requestState" ${problem}. Send the request again without it.`,
    });
  });

  it.each([
    ['name', { name: 'sell' }],
    ['uri', { uri: 'shop://1' }],
    ['arguments', { arguments: { of: 'shoes', pairs: 3 } }],
    ['arguments (none)', { arguments: undefined }],
  ])('of a request with another %s is refused', async (_member, params) => {
    const { requestState } = await first(one);
    await expect(open({ requestState, ...params })).rejects.toMatchObject(INVALID_PARAMS);
  });

  it('fits a request that differs in _meta and the order of its arguments', async () => {
    const { requestState } = await first(one);
    const params = { requestState, _meta: { progressToken: 1 }, arguments: { pairs: 2, of: 'shoes' } };
    await expect(open(params)).resolves.toBeInstanceOf(InputRounds);
  });

  it('is refused for more arguments than a handler gets, whose digest would take long', async () => {
    const request = { ...REQUEST, params: { name: 'buy', arguments: { of: [1, 2, 3, 4, 5] } } };
    const { requestState } = (await run(one, new InputRounds(request, SETTINGS))) as Asked;
    expect(() =>
      InputRounds.open({ ...request, params: { ...request.params, requestState } }, SETTINGS),
    ).toThrow('belongs to a request with other parameters');
  });

  it('that has expired is refused', async () => {
    const { requestState } = await first(one, { ...SETTINGS, ttlMs: 0 });
    await expect(open({ requestState })).rejects.toMatchObject({
      ...INVALID_PARAMS,
      message: expect.stringContaining('has expired'),
    });
  });

  it('that was forged or is no string is refused', async () => {
    const { requestState } = await first(one);
    const stranger = new StateSeal([randomBytes(32).toString('hex')]);
    const foreign = await first(one, { ...SETTINGS, seal: stranger });
    const forged = [
      `${requestState}-TAMPERED`,
      requestState.slice(1),
      foreign.requestState,
      [requestState],
      '',
      null,
      1,
      {},
      [],
    ];
    for (const state of forged)
      await expect(open({ requestState: state })).rejects.toMatchObject(INVALID_PARAMS);
  });

  it('that is too long is refused before it is read', async () => {
    const { requestState } = await first(one);
    const unread = {
      ...SETTINGS,
      maxStateBytes: requestState.length - 1,
      seal: undefined as unknown as StateSeal,
    };
    await expect(open({ requestState }, unread)).rejects.toMatchObject({
      ...INVALID_PARAMS,
      message: expect.stringContaining('"input.maxStateBytes"'),
    });
    await expect(
      open({ requestState }, { ...SETTINGS, maxStateBytes: requestState.length }),
    ).resolves.toBeDefined();
  });

  it('that would be too long is not sent, but an error that says what to do', async () => {
    const large: Handler = async (rounds) => {
      await rounds.once('large', () => 'x'.repeat(30_000));
      return ask(rounds, 'sure?');
    };
    await expect(first(large)).rejects.toMatchObject({
      code: -32603,
      message: expect.stringContaining('return its id from once()'),
    });
    expect(warnings).toEqual([expect.stringMatching(/^tools\/call buy: .*"input\.maxStateBytes"/)]);
  });

  it('may be used again, unless once is demanded', async () => {
    const { requestState } = await first(one);
    await open({ requestState });
    await open({ requestState });
    const settings = { ...SETTINGS, usedStates: new MemoryUsedStates() };
    const both = await Promise.allSettled([
      open({ requestState }, settings),
      open({ requestState }, settings),
    ]);
    expect(both).toEqual([
      { status: 'fulfilled', value: expect.any(InputRounds) },
      { status: 'rejected', reason: expect.objectContaining(INVALID_PARAMS) },
    ]);
    expect((both[1] as PromiseRejectedResult).reason).toHaveProperty(
      'message',
      expect.stringContaining('was used already'),
    );
  });

  it('that is refused is not used', async () => {
    const settings = { ...SETTINGS, usedStates: new MemoryUsedStates() };
    const { requestState } = await first(one);
    await expect(open({ requestState }, settings, { principalKey: 'bob' })).rejects.toMatchObject(
      INVALID_PARAMS,
    );
    await expect(open({ requestState }, settings)).resolves.toBeDefined();
  });

  it('comes with responses that are an object', async () => {
    for (const inputResponses of [null, [], 'x', 1, true])
      await expect(open({ inputResponses })).rejects.toMatchObject({
        ...INVALID_PARAMS,
        message: 'Invalid params: "inputResponses" must be an object',
      });
  });

  it('fits the request although its handler changes the arguments', async () => {
    const two: Handler = async (rounds) => [await ask(rounds, 'a?'), await ask(rounds, 'b?')];
    const asked = await first(two);
    const args = { of: 'shoes', pairs: 2 };
    const { requestState } = asked;
    const rounds = await open({ requestState, inputResponses: { '1': 'A' }, arguments: args });
    args.pairs = 99;
    const again = (await run(two, rounds)) as Asked;
    expect(await next(two, again, { '2': 'B' })).toEqual({ value: ['A', 'B'] });
  });
});

it('limits the rounds of a call', async () => {
  const settings = { ...SETTINGS, maxRounds: 3 };
  let asked = await first(one, settings);
  const again = async () => run(one, await open({ requestState: asked.requestState }, settings));
  asked = (await again()) as Asked;
  asked = (await again()) as Asked;
  await expect(again()).rejects.toThrow(McpClientError);
  await expect(again()).rejects.toThrow('3 times ("input.maxRounds")');
});
