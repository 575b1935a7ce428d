import { describe, expect, it } from '@jest/globals';
import { dataResult, TextResult } from './data-result.js';

/** What `JSON.stringify()` writes of a result, without its class. */
function stringified({ content, structuredContent }: TextResult): string {
  return JSON.stringify({ content, structuredContent });
}

describe('a result made of a text or of data', () => {
  it.each([
    ['', 'no text'],
    ['plain', 'a plain text'],
    ['"quoted"\\ \n\u0000\u2028', 'characters that JSON escapes'],
    ['\ud800 ä 😀', 'half of a pair and others'],
  ])('is written as JSON.stringify() does: %j, %s', (text) => {
    const result = new TextResult(text);
    expect(`{${result.members}}`).toBe(stringified(result));
  });

  it.each([
    [{ a: [1, null, 'x"'], b: { c: undefined } }],
    [[]],
    [0],
    [false],
    [null],
    [new Map([['a', 1n]])],
    [{ when: new Date(0) }],
    [{ toJSON: () => ({ seen: true }) }],
  ])('is written as JSON.stringify() does: data %#', (data) => {
    const result = dataResult(data);
    expect(`{${result.members}}`).toBe(stringified(result));
  });

  it('shows its members only, as a copy does', () => {
    const result = dataResult({ a: 1 });
    expect({ ...result }).toEqual({ content: result.content, structuredContent: { a: 1 } });
    expect(Object.keys(new TextResult('x'))).toEqual(['content', 'structuredContent']);
  });
});
