import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { McpClientError } from '../../model/errors/mcp-client.error.js';
import { McpInputRequiredException } from '../../model/errors/mcp-input-required.exception.js';
import { InputRounds, type InputSettings } from './input-rounds.js';
import type { Question } from './question.js';
import { StateSeal } from './state-seal.js';
import { MemoryUsedStates } from './used-states.js';

type Handler = (rounds: InputRounds) => Promise<unknown>;
interface Asked {
  readonly inputRequests: Record<string, { method: string; params?: unknown }>;
  readonly requestState: string;
}

const { signal } = new AbortController();
const REQUEST = { principalKey: 'ann', server: 'shop', method: 'tools/call', params: { name: 'buy' } };
const warnings: string[] = [];
const SETTINGS: InputSettings = {
  maxRounds: 64,
  maxStateBytes: 32_768,
  ttlMs: 60_000,
  maxAnswerMembers: 100,
  seal: new StateSeal([randomBytes(32).toString('hex')]),
  errors: { warn: (text) => void warnings.push(text) },
};

function question(text: string): Question<string> {
  return {
    method: 'elicitation/create',
    params: { message: text },
    read: (answer) => {
      if (typeof answer === 'string') return answer;
      throw new McpClientError('The answer is not a string.');
    },
  };
}

function opened(params: object, settings = SETTINGS): InputRounds | Promise<InputRounds> {
  return InputRounds.open({ ...REQUEST, params: { ...REQUEST.params, ...params } }, settings);
}

async function run(handler: Handler, rounds: InputRounds): Promise<{ value: unknown } | Asked> {
  let value: unknown;
  try {
    value = await handler(rounds);
  } catch (error) {
    if (!rounds.isLeft) throw error;
  }
  return rounds.isLeft ? (rounds.result() as Asked) : { value };
}

const first = (handler: Handler, settings = SETTINGS) => run(handler, new InputRounds(REQUEST, settings));

describe('the rounds of a call', () => {
  it('ask what was asked in one turn together, and run again with the answers', async () => {
    const buy: Handler = (rounds) =>
      Promise.all([
        rounds.ask(question('size?'), { signal, key: 'size' }),
        rounds.ask(question('colour?'), { signal }),
      ]);
    const asked = (await first(buy)) as Asked;
    expect(asked).toEqual({
      resultType: 'input_required',
      inputRequests: {
        size: { method: 'elicitation/create', params: { message: 'size?' } },
        '2': { method: 'elicitation/create', params: { message: 'colour?' } },
      },
      requestState: expect.any(String),
    });
    const { requestState } = asked;
    const rounds = await opened({ requestState, inputResponses: { size: 'XL', '2': 'red', other: 1 } });
    expect(await run(buy, rounds)).toEqual({ value: ['XL', 'red'] });
  });

  it('reject what is asked after the run was left', async () => {
    const rounds = new InputRounds(REQUEST, SETTINGS);
    await expect(rounds.ask(question('one?'), { signal })).rejects.toThrow(McpInputRequiredException);
    await expect(rounds.ask(question('two?'), { signal })).rejects.toThrow(McpInputRequiredException);
    await expect(rounds.once('step', () => 1)).rejects.toThrow(McpInputRequiredException);
    expect(Object.keys((rounds.result() as Asked).inputRequests)).toEqual(['1']);
  });

  it('run a step once', async () => {
    let steps = 0;
    const buy: Handler = async (rounds) => [
      await rounds.once('order', () => ++steps),
      await rounds.ask(question('sure?'), { signal }),
    ];
    const { requestState } = (await first(buy)) as Asked;
    const rounds = await opened({ requestState, inputResponses: { '1': 'yes' } });
    expect(await run(buy, rounds)).toEqual({ value: [1, 'yes'] });
    expect(steps).toBe(1);
  });

  it('use a state once where that is wanted', async () => {
    const settings = { ...SETTINGS, usedStates: new MemoryUsedStates() };
    const { requestState } = (await first(
      (rounds) => rounds.ask(question('?'), { signal }),
      settings,
    )) as Asked;
    await opened({ requestState }, settings);
    await expect(async () => opened({ requestState }, settings)).rejects.toMatchObject({ code: -32602 });
  });
});
