import { types } from 'node:util';
import { StreamableFile } from '@nestjs/common';

/** Deeper values are copied; copying detects cycles. */
const MAX_DEPTH = 100;

/**
 * Converts a value to data that JSON can express: a Map becomes an object, a Set or other iterable an array, a bigint a
 * string of its digits, bytes become base64. Returns a value that needs no conversion without a copy.
 *
 * @throws {TypeError} naming a member that JSON cannot express: an Error, a Promise, a stream, a cycle
 */
export function jsonData(value: unknown): unknown {
  return saysItself(value, 0) ? value : copied(value, '', []);
}

/**
 * Whether the value needs no conversion. Runs for each tool call that returns an object, so it allocates nothing.
 */
function saysItself(value: unknown, depth: number): boolean {
  if (typeof value !== 'object') return typeof value !== 'bigint';
  if (value === null) return true;
  if (depth > MAX_DEPTH) return false;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) if (!saysItself(value[index], depth + 1)) return false;
    return true;
  }
  if (!isPlain(value)) {
    if (isBytes(value) || isUnsayable(value)) return false;
    if (hasToJson(value)) return true;
    if (isCollection(value)) return false;
  }
  for (const name in value)
    if (!saysItself((value as Record<string, unknown>)[name], depth + 1)) return false;
  return true;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function hasToJson(value: object): value is { toJSON(): unknown } {
  return typeof (value as { toJSON?: unknown }).toJSON === 'function';
}

/** A Map, a Set or URLSearchParams, which JSON would turn into `{}`. */
function isCollection(value: object): value is Iterable<unknown> {
  return Symbol.iterator in value && Object.keys(value).length === 0;
}

export function isBytes(value: object): value is ArrayBufferLike | ArrayBufferView {
  return ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value);
}

/** An Error (whose content belongs in the log), a Promise, a stream, a Blob or a Response. */
function isUnsayable(value: object): boolean {
  return (
    value instanceof Error ||
    types.isNativeError(value) ||
    types.isPromise(value) ||
    value instanceof StreamableFile ||
    Symbol.asyncIterator in value ||
    typeof (value as { arrayBuffer?: unknown }).arrayBuffer === 'function'
  );
}

function copied(value: unknown, path: string, above: readonly object[]): unknown {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (above.includes(value)) throw problem('the circular reference', path);
  const inside = [...above, value];
  if (isBytes(value)) return copiedBytes(value, path, inside);
  if (isUnsayable(value)) throw problem(`the ${value.constructor.name}`, path);
  if (hasToJson(value)) return types.isDate(value) ? value : copied(value.toJSON(), path, inside);
  if (types.isMap(value)) return copiedMembers(keyed(value, path), path, inside);
  if (Array.isArray(value) || isCollection(value))
    return Array.from(value, (item, index) => copied(item, `${path}[${index}]`, inside));
  return copiedMembers(Object.entries(value), path, inside);
}

function copiedMembers(
  members: Iterable<readonly [string, unknown]>,
  path: string,
  above: readonly object[],
): object {
  const copy = Object.create(null) as Record<string, unknown>;
  for (const [name, member] of members)
    copy[name] = copied(member, path === '' ? name : `${path}.${name}`, above);
  return copy;
}

function keyed(map: ReadonlyMap<unknown, unknown>, path: string): [string, unknown][] {
  return [...map].map(([key, member]) => {
    if (typeof key === 'object' || typeof key === 'symbol' || typeof key === 'function')
      throw problem('the Map whose keys are no text', path);
    return [String(key), member];
  });
}

/** Base64 if the elements are bytes, else an array of the elements. */
function copiedBytes(
  value: ArrayBufferLike | ArrayBufferView,
  path: string,
  above: readonly object[],
): unknown {
  const isNumbers = types.isTypedArray(value) && value.BYTES_PER_ELEMENT > 1;
  return isNumbers
    ? [...(value as unknown as Iterable<unknown>)].map((item) => copied(item, path, above))
    : bytesOf(value).toString('base64');
}

/** The bytes of a buffer or of a view of one, without a copy. */
export function bytesOf(value: ArrayBufferLike | ArrayBufferView): Buffer {
  return ArrayBuffer.isView(value)
    ? Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    : Buffer.from(value);
}

function problem(what: string, path: string): TypeError {
  return new TypeError(`${what}${path === '' ? '' : ` in "${path}"`} has no JSON`);
}
