import { describe, expect, it } from '@jest/globals';
import { escapeControls } from './log-line.js';

describe('escapeControls', () => {
  it.each([
    ['two lines', 'a\r\nb', 'a\\u000d\\u000ab'],
    ['a terminal sequence', '\u001b[2Ja\u009b', '\\u001b[2Ja\\u009b'],
    ['separators of Unicode', '\u2028\u2029\u0085', '\\u2028\\u2029\\u0085'],
    ['text that turns its direction', '\u202eabc\u2069', '\\u202eabc\\u2069'],
    ['what is harmless', 'Grüße, 世界 👋 "{}\\', 'Grüße, 世界 👋 "{}\\'],
  ])('makes one plain line of %s', (_, text, expected) => {
    expect(escapeControls(text)).toBe(expected);
  });
});
