/**
 * A copy of a value that has JSON, whatever the value is made of: a bigint becomes its digits, what contains itself ends
 * there, and what JSON does not know is left out.
 *
 * @param leavesOut names of members that are left out too, at any depth
 */
export function plainJson(value: unknown, leavesOut: (name: string) => boolean = () => false): unknown {
  return copy(value, leavesOut, []);
}

function copy(value: unknown, leavesOut: (name: string) => boolean, above: readonly unknown[]): unknown {
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (above.includes(value)) return undefined;
  const inside = [...above, value];
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function') return copy(toJSON.call(value), leavesOut, inside);
  if (Array.isArray(value)) return value.map((item) => copy(item, leavesOut, inside) ?? null);
  const members = Object.entries(value).filter(([name]) => !leavesOut(name));
  return Object.fromEntries(members.map(([name, member]) => [name, copy(member, leavesOut, inside)]));
}
