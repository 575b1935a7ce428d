/**
 * Copies a value to one that JSON can express: a bigint becomes its digits; cycles, functions and symbols are left out.
 */
export function plainJson(value: unknown): unknown {
  return copy(value, new Set());
}

/** Deeper values are copied, in case they contain themselves. */
const MAX_DEPTH = 32;

/** A value that JSON can express: itself if it can, otherwise a copy, see {@link plainJson}. */
export function asJson(value: unknown): unknown {
  return isJson(value, MAX_DEPTH) ? value : plainJson(value);
}

function isJson(value: unknown, depth: number): boolean {
  if (typeof value === 'bigint') return false;
  if (typeof value !== 'object' || value === null) return true;
  if (depth === 0 || 'toJSON' in value) return false;
  for (const name in value) if (!isJson((value as Record<string, unknown>)[name], depth - 1)) return false;
  return true;
}

/** @param above the objects that contain the value */
function copy(value: unknown, above: Set<unknown>): unknown {
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (above.has(value)) return undefined;
  above.add(value);
  const copied = copyInside(value, above);
  above.delete(value);
  return copied;
}

function copyInside(value: object, above: Set<unknown>): unknown {
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function') return copy(toJSON.call(value), above);
  if (Array.isArray(value)) return value.map((item) => copy(item, above) ?? null);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, copy(member, above)]));
}
