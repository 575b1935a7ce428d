import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HeaderMismatchError } from './errors/json-rpc.error.js';
import { assertMirrored, mirroredText } from './mirrored-header.js';

/** Encodes a value as clients must. */
function encoded(value: string): string {
  const isPlain = /^(?![ \t])[\t\x20-\x7e]*(?<![ \t])$/.test(value);
  const isMarked = value.startsWith('=?base64?') && value.endsWith('?=');
  return isPlain && !isMarked ? value : base64(value);
}

function base64(value: string | Uint8Array): string {
  return `=?base64?${Buffer.from(value as string).toString('base64')}?=`;
}

function compared(sent: string, value: string | number | boolean): boolean {
  try {
    assertMirrored('Mcp-Param-Value', sent, 'arguments.value', value);
    return true;
  } catch (error) {
    if (error instanceof HeaderMismatchError) return false;
    throw error;
  }
}

const texts = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc.string().map(base64),
  fc.constantFrom('=?base64?', '=?base64?=', '=?base64??=', '=?BASE64?QQ==?='),
);

describe('a header that mirrors a value', () => {
  it('carries any text', () => {
    fc.assert(fc.property(texts, (text) => expect(mirroredText(encoded(text))).toBe(text)));
  });

  it('carries any text as base64 too', () => {
    fc.assert(fc.property(texts, (text) => expect(mirroredText(base64(text))).toBe(text)));
  });

  it('equals one text only', () => {
    fc.assert(
      fc.property(texts, texts, (sent, text) => expect(compared(encoded(sent), text)).toBe(sent === text)),
    );
  });

  it('has one encoding of a text only', () => {
    fc.assert(
      fc.property(texts, (header) => {
        const text = mirroredText(header);
        fc.pre(text !== undefined);
        expect([text, base64(text)]).toContain(header);
      }),
    );
  });

  it.each([
    ['Hello, 世界', '=?base64?SGVsbG8sIOS4lueVjA==?='],
    [' padded ', '=?base64?IHBhZGRlZCA=?='],
    ['line1\nline2', '=?base64?bGluZTEKbGluZTI=?='],
    ['=?base64?literal?=', '=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?='],
    ['', '=?base64??='],
    ['', ''],
    ['\ufeffmarked', '=?base64?77u/bWFya2Vk?='],
    ['=?base64?SGVsbG8=', '=?base64?SGVsbG8='],
    ['SGVsbG8=?=', 'SGVsbG8=?='],
    ['=?BASE64?SGVsbG8=?=', '=?BASE64?SGVsbG8=?='],
    ['a\tb', 'a\tb'],
  ])('says %j by %j', (text, header) => {
    expect(mirroredText(header)).toBe(text);
  });

  it.each([
    ['bytes of UTF-8', Buffer.from('é').toString('latin1')],
    ['Latin-1', 'caf\xe9'],
    ['a control character', 'a\x00b'],
    ['a delete character', 'a\x7f'],
    ['base64 without padding', '=?base64?SGVsbG8?='],
    ['base64 with other characters', '=?base64?SGVs!!!bG8=?='],
    ['base64 with white space', '=?base64?SGVs bG8=?='],
    ['base64 of URLs', '=?base64?_-8=?='],
    ['base64 with unused bits', '=?base64?SGVsbG9=?='],
    ['base64 with more behind its padding', '=?base64?QQ==QQ==?='],
    ['bytes that are not UTF-8', base64(Uint8Array.of(0xff))],
    ['an overlong slash', base64(Uint8Array.of(0xc0, 0xaf))],
    ['half a surrogate pair', base64(Uint8Array.of(0xed, 0xa0, 0x80))],
    ['markers that overlap', '=?base64?='],
  ])('is malformed with %s', (_name, header) => {
    expect(mirroredText(header)).toBeUndefined();
  });

  it.each<[string, number | boolean]>([
    ['42', 42],
    ['42.0', 42],
    ['-7', -7],
    ['0', 0],
    ['-0', 0],
    ['=?base64?NDI=?=', 42],
    ['9007199254740991', 9_007_199_254_740_991],
    ['1.5', 1.5],
    ['true', true],
    ['false', false],
  ])('%j equals %j', (header, value) => {
    expect(compared(header, value)).toBe(true);
  });

  it.each<[string, string | number | boolean]>([
    ['43', 42],
    ['042', 42],
    ['+42', 42],
    ['0x2a', 42],
    ['4.2e1', 42],
    ['42.00000000000000000001', 42],
    ['', 0],
    ['42 ', 42],
    ['9007199254740992', 9_007_199_254_740_992],
    ['9007199254740993', 9_007_199_254_740_992],
    ['1.50', 1.5],
    ['TRUE', true],
    ['1', true],
    ['Region', 'region'],
    ['=?base64?77+9?=', '\ud800'],
    [Buffer.from('é').toString('latin1'), Buffer.from('é').toString('latin1')],
    ['=?base64?QQ==?=', '=?base64?QQ==?='],
  ])('%j differs from %j', (header, value) => {
    expect(compared(header, value)).toBe(false);
  });

  it.each<[string | string[] | undefined, string]>([
    ['us', 'Header mismatch: Mcp-Name is "us", but params.name in the body is "eu"'],
    [undefined, 'Header mismatch: Mcp-Name is missing, but params.name in the body is "eu"'],
    [
      'caf\xe9',
      'Header mismatch: Mcp-Name is neither plain ASCII nor the base64 of UTF-8, but params.name in the body is "eu"',
    ],
    [
      ['eu', 'us'],
      'Header mismatch: Mcp-Name is neither plain ASCII nor the base64 of UTF-8, but params.name in the body is "eu"',
    ],
  ])('that is %j is refused with both values', (sent, message) => {
    expect(() => assertMirrored('Mcp-Name', sent, 'params.name', 'eu')).toThrow(
      expect.objectContaining({ code: -32020, message }),
    );
  });

  it('clips long values in its error', () => {
    const long = 'x'.repeat(100_000);
    const refuse = () => assertMirrored('Mcp-Name', 'a', 'params.name', long);
    expect(refuse).toThrow(/in the body is "x{99}…$/);
  });
});
