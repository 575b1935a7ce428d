/**
 * A copy of a value that has JSON, whatever the value is made of: a bigint becomes its digits, what contains itself ends
 * there, and what JSON does not know is left out.
 */
export function plainJson(value: unknown): unknown {
  return copy(value, new Set());
}

/** @param above what the value is inside of */
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
