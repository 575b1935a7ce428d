import { describe, expect, it } from '@jest/globals';
import { TOOL_LIST } from '../contract/tool-list.js';
import { COUNTED, PROGRESS_EVENTS } from '../contract/tools.js';
import type { Exchange } from '../load/exchange.js';
import { AskExchange } from './ask.exchange.js';
import { CountExchange } from './count.exchange.js';
import { EchoExchange } from './echo.exchange.js';
import { KnownAnswer } from './known-answer.js';
import { ListExchange } from './list.exchange.js';

function take(exchange: Exchange, message: object): boolean {
  return exchange.take(message, JSON.stringify(message));
}

const text = (value: string) => ({ content: [{ type: 'text', text: value }] });

describe('the check of answers', () => {
  it("accepts an echo of the request's own text, and nothing else", () => {
    const echo = () => new EchoExchange(7, 'mine');
    expect(take(echo(), { id: 7, result: text('mine') })).toBe(true);
    expect(() => take(echo(), { id: 8, result: text('mine') })).toThrow('Wrong answer');
    expect(() => take(echo(), { id: 7, result: text("another's") })).toThrow('Wrong answer');
    expect(() => take(echo(), { id: 7, result: { ...text('mine'), isError: true } })).toThrow('Wrong answer');
    expect(() => take(echo(), { id: 7, error: { code: 1 } })).toThrow('Wrong answer');
  });

  it('requires all progress in order, and before the answer on a single stream', () => {
    const progress = (done: number) => ({
      method: 'notifications/progress',
      params: { progressToken: 7, progress: done },
    });
    const last = { id: 7, result: text(COUNTED) };
    const count = new CountExchange(7, true);
    for (let done = 1; done <= PROGRESS_EVENTS; done++) expect(take(count, progress(done))).toBe(false);
    expect(take(count, last)).toBe(true);
    expect(() => take(new CountExchange(7, true), last)).toThrow('0 of 100');
    expect(() => take(new CountExchange(7, true), progress(2))).toThrow('Wrong answer');
    expect(take(new CountExchange(7, false), last)).toBe(false);
  });

  it('requires one question, and the answer to it as the text', () => {
    const asked = {
      id: 7,
      result: {
        resultType: 'input_required',
        inputRequests: { word: { method: 'elicitation/create' } },
        requestState: 's',
      },
    };
    const ask = new AskExchange(7);
    expect(take(ask, asked)).toBe(true);
    const answered = ask.answered(8, 'blue');
    expect(JSON.parse(answered.params)).toMatchObject({
      name: 'ask',
      inputResponses: { word: { action: 'accept', content: { word: 'blue' } } },
      requestState: 's',
    });
    expect(take(answered, { id: 8, result: text('blue') })).toBe(true);
    expect(() => take(answered, { id: 8, result: text('red') })).toThrow('Wrong answer');
    expect(() => take(new AskExchange(7), { id: 7, result: text('blue') })).toThrow('Wrong answer');
  });

  it('requires every tool with its arguments', () => {
    const list = () => new ListExchange(7, new KnownAnswer());
    expect(take(list(), { id: 7, result: { tools: TOOL_LIST } })).toBe(true);
    expect(() => take(list(), { id: 7, result: { tools: TOOL_LIST.slice(1) } })).toThrow('Wrong answer');
    const [first, ...others] = TOOL_LIST;
    const bare = { ...first, inputSchema: { type: 'object' } };
    expect(() => take(list(), { id: 7, result: { tools: [bare, ...others] } })).toThrow('Wrong answer');
  });

  it('recognizes an answer that differs from a known one only in its id', () => {
    const known = new KnownAnswer();
    const answer = (id: number, value: string) => `{"jsonrpc":"2.0","id":${id},"result":"${value}"}`;
    expect(known.matches(1, answer(1, 'a'))).toBe(false);
    known.learn(1, answer(1, 'a'));
    expect(known.matches(22, answer(22, 'a'))).toBe(true);
    expect(known.matches(22, answer(2, 'a'))).toBe(false);
    expect(known.matches(22, answer(22, 'b'))).toBe(false);
  });
});
