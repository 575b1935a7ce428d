import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { ask, first, next, REQUEST, SETTINGS, type Handler } from '../../../../../test/fixtures/rounds.js';
import { InputRounds } from './input-rounds.js';

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
