/**
 * A copy of a value that has JSON, whatever the value is made of: a bigint becomes its digits, what contains itself ends
 * there, and what JSON does not know is left out.
 */
export function plainJson(value: unknown): unknown {
  return copy(value, []);
}

function copy(value: unknown, above: readonly unknown[]): unknown {
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (above.includes(value)) return undefined;
  const inside = [...above, value];
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function') return copy(toJSON.call(value), inside);
  if (Array.isArray(value)) return value.map((item) => copy(item, inside) ?? null);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, copy(member, inside)]));
}
