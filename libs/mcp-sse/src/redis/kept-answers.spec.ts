import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { KeptAnswers } from './kept-answers.js';

const MEGABYTE = 'x'.repeat(1024 * 1024);

describe('the answers that are kept for nodes', () => {
  const requestOf = (number: number, lowest = 0, from = 'a') => ({
    id: `${from}.${number}`,
    from,
    number,
    lowest,
  });

  let answers: KeptAnswers;
  beforeEach(() => {
    jest.useFakeTimers();
    answers = new KeptAnswers(12_000);
  });
  afterEach(() => void jest.useRealTimers());

  const answer = (number: number, lowest?: number, from?: string) => {
    const request = requestOf(number, lowest, from);
    answers.begin(request);
    answers.keep(request, `answer ${number}`);
  };

  it('are there for requests that come again', () => {
    expect(answers.isNew(requestOf(1))).toBe(true);
    answers.begin(requestOf(1));
    expect(answers.isNew(requestOf(1))).toBe(false);
    expect(answers.get(requestOf(1))).toBeUndefined();
    answers.keep(requestOf(1), 'one');
    expect(answers.get(requestOf(1))).toBe('one');
    expect(answers.isNew(requestOf(1, 0, 'b'))).toBe(true);
  });

  it('are forgotten once their node has them, and their requests are still old', () => {
    for (const number of [1, 2, 3]) answer(number);
    answer(4, 3);
    expect([1, 2, 3, 4].map((number) => answers.get(requestOf(number)))).toEqual([
      undefined,
      undefined,
      'answer 3',
      'answer 4',
    ]);
    expect([1, 2, 3, 4, 5].map((number) => answers.isNew(requestOf(number)))).toEqual([
      false,
      false,
      false,
      false,
      true,
    ]);
  });

  it('are not kept for a node that has given up meanwhile', () => {
    answers.begin(requestOf(1));
    answer(2, 2);
    answers.keep(requestOf(1), 'late');
    expect(answers.get(requestOf(1))).toBeUndefined();
    expect(answers.isNew(requestOf(1))).toBe(false);
  });

  it('of other nodes stay', () => {
    answer(1, 0, 'b');
    answer(5, 5, 'a');
    expect(answers.get(requestOf(1, 0, 'b'))).toBe('answer 1');
  });

  it('are forgotten after their time', () => {
    answer(1, 0, 'b');
    jest.advanceTimersByTime(12_001);
    answer(1);
    expect(answers.get(requestOf(1, 0, 'b'))).toBeUndefined();
  });

  it('of nodes that number no requests are kept for their time', () => {
    const request = { id: 'x', from: 'old' };
    answers.begin(request);
    answers.keep(request, 'kept');
    answers.begin({ id: 'y', from: 'old' });
    expect(answers.get(request)).toBe('kept');
    expect(answers.isNew(request)).toBe(false);
  });

  it('have a limit, which those that nodes have do not count towards', () => {
    for (let number = 1; number <= 40; number++) {
      answers.begin(requestOf(number, number));
      answers.keep(requestOf(number), MEGABYTE);
      expect(answers.get(requestOf(number))).toHaveLength(MEGABYTE.length);
    }
    for (let number = 41; number <= 60; number++) {
      answers.begin(requestOf(number, 40));
      answers.keep(requestOf(number), MEGABYTE);
    }
    expect(answers.get(requestOf(40))).toContain('"refused":"failed"');
    expect(answers.get(requestOf(60))).toHaveLength(MEGABYTE.length);
  });
});
