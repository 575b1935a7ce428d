import { describe, expect, it } from '@jest/globals';
import { QuestionIdentities } from './question-identities.js';

const LONG = 'x'.repeat(20_000);

/** The identities of questions in one run. */
function identified(...questions: [method: string, params?: object, key?: string][]): string[] {
  const identities = new QuestionIdentities();
  return questions.map(([method, params, key]) => identities.identify(method, params, key).identity);
}

describe('the identity of a question', () => {
  it.each([{ message: 'sure?' }, { message: LONG }, undefined])(
    'is another one for another method with the same parameters: %#',
    (params) => {
      const [elicited, sampled] = identified(['elicit', params], ['sample', params]);
      expect(elicited).not.toBe(sampled);
    },
  );

  it.each(['short', LONG])('is the same in each run, and whatever the order of its members', (text) => {
    const first = identified(['elicit', { text, more: { a: 1, b: 2 } }]);
    expect(identified(['elicit', { more: { b: 2, a: 1 }, text }])).toEqual(first);
    expect(identified(['elicit', { text, more: { a: 2, b: 2 } }])).not.toEqual(first);
  });

  it('is that of the parameters as they are when it is asked', () => {
    const params = { message: 'one?' };
    const one = identified(['elicit', params]);
    params.message = 'two?';
    expect(identified(['elicit', params])).not.toEqual(one);
    params.message = 'one?';
    expect(identified(['elicit', params])).toEqual(one);
  });
});
