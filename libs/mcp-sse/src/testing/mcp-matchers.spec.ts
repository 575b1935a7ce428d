import { describe, expect, it } from '@jest/globals';
import { mcpMatchers } from './mcp-matchers.js';
import './jest.js';

expect.extend(mcpMatchers);

const text = (value: string, isError?: boolean) => ({ content: [{ type: 'text', text: value }], isError });
const COLOUR = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g');

/** The message of a failed assertion, without colours. */
function failure(assertion: () => void): string {
  try {
    assertion();
  } catch (error) {
    return (error as Error).message.replaceAll(COLOUR, '');
  }
  throw new Error('The assertion passed.');
}

describe('toHaveText', () => {
  it('compares the whole text, or matches it', () => {
    expect(text('3 for ada')).toHaveText('3 for ada');
    expect(text('3 for ada')).toHaveText(/^\d for/);
    expect(text('3 for ada')).not.toHaveText('3 for');
    expect({ contents: [{ uri: 'shop://menu', text: 'tea' }] }).toHaveText('tea');
    expect({ messages: [{ role: 'user', content: { type: 'text', text: 'Tea?' } }] }).toHaveText('Tea?');
  });

  it('matches each time, also with a global expression', () => {
    const digits = /\d/g;
    expect(text('3')).toHaveText(digits);
    expect(text('3')).toHaveText(digits);
  });

  it('says what it got', () => {
    expect(failure(() => expect(text('tea')).toHaveText('coffee'))).toBe(
      'expect(result).toHaveText(expected)\n\nExpected text: "coffee"\nReceived text: "tea"',
    );
    expect(failure(() => expect(text('tea')).not.toHaveText(/t/))).toBe(
      'expect(result).not.toHaveText(expected)\n\nExpected text: not /t/\nReceived text: "tea"',
    );
  });

  it('says why a tool failed', () => {
    expect(failure(() => expect(text('sold out', true)).toHaveText('sold out'))).toBe(
      'expect(result).toHaveText(expected)\n\nExpected text: "sold out"\nThe tool failed: "sold out"',
    );
    expect(text('sold out', true)).not.toHaveText('sold out');
  });

  it('unwraps promises by resolves', async () => {
    await expect(Promise.resolve(text('tea'))).resolves.toHaveText('tea');
  });

  it('refuses what is no result', () => {
    expect(failure(() => expect(Promise.resolve()).toHaveText('tea'))).toBe(
      'toHaveText() takes the result of callTool(), readResource() or getPrompt(), but got a promise. Await it.',
    );
    expect(failure(() => expect(undefined).not.toHaveText('tea'))).toContain('but got undefined.');
  });
});

describe('toBeToolError', () => {
  it('finds the message', () => {
    expect(text('The tea is sold out.', true)).toBeToolError();
    expect(text('The tea is sold out.', true)).toBeToolError('sold out');
    expect(text('The tea is sold out.', true)).toBeToolError(/sold out\.$/);
    expect(text('The tea is sold out.', true)).not.toBeToolError('coffee');
    expect(text('tea')).not.toBeToolError();
  });

  it('says what it got', () => {
    expect(failure(() => expect(text('tea')).toBeToolError())).toBe(
      'expect(result).toBeToolError()\n\nThe tool did not fail. Received text: "tea"',
    );
    expect(failure(() => expect(text('sold out', true)).toBeToolError('closed'))).toBe(
      'expect(result).toBeToolError(expected)\n\nExpected message: "closed"\nReceived message: "sold out"',
    );
    expect(failure(() => expect(text('sold out', true)).not.toBeToolError())).toBe(
      'expect(result).not.toBeToolError()\n\nReceived message: "sold out"',
    );
  });
});

describe('toHaveStructuredContent', () => {
  const result = { ...text('{}'), structuredContent: { price: 3, currency: 'EUR' } };

  it('compares the whole content, with asymmetric matchers', () => {
    expect(result).toHaveStructuredContent({ price: 3, currency: 'EUR' });
    expect(result).toHaveStructuredContent({ price: expect.any(Number), currency: 'EUR' });
    expect(result).toHaveStructuredContent(expect.objectContaining({ price: 3 }) as object);
    expect(result).not.toHaveStructuredContent({ price: 3 });
  });

  it('says what it got', () => {
    expect(failure(() => expect(result).toHaveStructuredContent({ price: 4 }))).toBe(
      'expect(result).toHaveStructuredContent(expected)\n\n' +
        'Expected structured content: {"price": 4}\n' +
        'Received structured content: {"currency": "EUR", "price": 3}',
    );
    expect(failure(() => expect(text('tea')).toHaveStructuredContent({}))).toContain(
      'The result has no structured content. Give the tool an "output" schema.',
    );
    expect(failure(() => expect(text('no', true)).toHaveStructuredContent({}))).toContain(
      'The tool failed: "no"',
    );
  });
});
