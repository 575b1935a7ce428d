/**
 * A copy of a value that has JSON, whatever the value is made of: a bigint becomes its digits, what contains itself ends
 * there, and what JSON does not know is left out.
 *
 * @param leavesOut names of members that are left out too, at any depth
 */
export function plainJson(value: unknown, leavesOut: (name: string) => boolean = () => false): unknown {
  return copy(value, leavesOut, new Set());
}

/** @param above what the value is inside of */
function copy(value: unknown, leavesOut: (name: string) => boolean, above: Set<unknown>): unknown {
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (typeof value !== 'object' || value === null) return value;
  if (above.has(value)) return undefined;
  above.add(value);
  const copied = copyInside(value, leavesOut, above);
  above.delete(value);
  return copied;
}

function copyInside(value: object, leavesOut: (name: string) => boolean, above: Set<unknown>): unknown {
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function') return copy(toJSON.call(value), leavesOut, above);
  if (Array.isArray(value)) return value.map((item) => copy(item, leavesOut, above) ?? null);
  const members = Object.entries(value).filter(([name]) => !leavesOut(name));
  return Object.fromEntries(members.map(([name, member]) => [name, copy(member, leavesOut, above)]));
}
