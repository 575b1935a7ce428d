import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import {
  ask,
  first,
  next,
  one,
  open,
  question,
  REQUEST,
  run,
  SETTINGS,
  signal,
  type Asked,
  type Handler,
} from '../../../../../test/fixtures/rounds.js';
import { McpClientError } from '../../model/errors/mcp-client.error.js';
import { McpInputRequiredException } from '../../model/errors/mcp-input-required.exception.js';
import { InputRounds } from './input-rounds.js';
import type { Question } from './question.js';

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
      await expect(ask(rounds, 'one?')).rejects.toThrow(McpInputRequiredException);
      await expect(ask(rounds, 'two?')).rejects.toThrow(McpInputRequiredException);
      await expect(rounds.once('step', () => ++steps)).rejects.toThrow(McpInputRequiredException);
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

it('limits the rounds of a call', async () => {
  const settings = { ...SETTINGS, maxRounds: 3 };
  let asked = await first(one, settings);
  const again = async () => run(one, await open({ requestState: asked.requestState }, settings));
  asked = (await again()) as Asked;
  asked = (await again()) as Asked;
  await expect(again()).rejects.toThrow(McpClientError);
  await expect(again()).rejects.toThrow('3 times ("input.maxRounds")');
});
