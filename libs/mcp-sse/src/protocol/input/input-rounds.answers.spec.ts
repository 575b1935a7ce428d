import { describe, expect, it } from '@jest/globals';
import {
  ask,
  first,
  next,
  one,
  open,
  question,
  run,
  signal,
  type Handler,
} from '../../../../../test/fixtures/rounds.js';
import { McpClientError } from '../../model/errors/mcp-client.error.js';

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
