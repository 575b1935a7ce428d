import { isUtf8 } from 'node:buffer';
import { clip } from './clip.js';
import { HeaderMismatchError } from './errors/json-rpc.error.js';

/** The keyword by which a tool's schema asks clients to repeat an argument in the header `Mcp-Param-…`. */
export const MIRROR_KEYWORD = 'x-mcp-header';

const PREFIX = '=?base64?';
const SUFFIX = '?=';
/** Visible ASCII, spaces and tabs. Node reads other bytes as Latin-1, a gateway perhaps as UTF-8. */
const PLAIN = /^[\t\x20-\x7e]*$/;
/** A gateway may read other spellings, such as 0x2a or 042, as another number. */
const INTEGER = /^-?(?:0|[1-9]\d*)(?:\.0+)?$/;
/** Most characters of a value that an error repeats. */
const MAX_VALUE_LENGTH = 100;

/**
 * The text that a header carries: itself, or what its `=?base64?…?=` encodes.
 *
 * @returns undefined for invalid characters, for anything but the one standard base64 of the bytes, and for bytes that
 *   are not UTF-8
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#value-encoding
 */
export function mirroredText(header: string): string | undefined {
  if (!PLAIN.test(header)) return undefined;
  return header.startsWith(PREFIX) && header.endsWith(SUFFIX) ? decoded(header) : header;
}

/** The header that carries a text: the inverse of {@link mirroredText}. */
export function mirroringHeader(text: string): string {
  const isPlain = PLAIN.test(text) && text === text.trim() && !text.startsWith(PREFIX);
  return isPlain ? text : `${PREFIX}${Buffer.from(text).toString('base64')}${SUFFIX}`;
}

/**
 * Checks that a header says the same as the value that it mirrors.
 *
 * @param sent the header as Node gives it
 * @param source where the body has the value
 * @throws {HeaderMismatchError}
 */
export function assertMirrored(
  header: string,
  sent: string | readonly string[] | undefined,
  source: string,
  value: string | number | boolean,
): void {
  const text = typeof sent === 'string' ? mirroredText(sent) : undefined;
  if (text !== undefined && says(text, value)) return;
  const problem =
    sent === undefined
      ? 'is missing'
      : text === undefined
        ? 'is neither plain ASCII nor the base64 of UTF-8'
        : `is ${quoted(text)}`;
  throw new HeaderMismatchError(`${header} ${problem}, but ${source} in the body is ${quoted(value)}`);
}

/** A value for an error message. */
export function quoted(value: unknown): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return clip(text, MAX_VALUE_LENGTH);
}

function decoded(header: string): string | undefined {
  const base64 = header.slice(PREFIX.length, -SUFFIX.length);
  const bytes = Buffer.from(base64, 'base64');
  // Buffer skips what is not base64, so that encoding the bytes again gives another text.
  const isStandard = header.length >= PREFIX.length + SUFFIX.length && bytes.toString('base64') === base64;
  return isStandard && isUtf8(bytes) ? bytes.toString() : undefined;
}

function says(text: string, value: string | number | boolean): boolean {
  if (typeof value === 'string') return text === value;
  if (typeof value === 'boolean') return text === (value ? 'true' : 'false');
  if (Number.isSafeInteger(value)) return INTEGER.test(text) && Number(text) === value;
  // Parsing may have rounded an integer that is not safe.
  return !Number.isInteger(value) && text === String(value);
}
