/**
 * Copies a value to one that JSON can express: a bigint becomes its digits; cycles, functions and symbols are left out.
 */
export function plainJson(value: unknown): unknown {
  return copy(value, new Set());
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
