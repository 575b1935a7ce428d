/** Counts the members of objects and the elements of arrays at all levels of a JSON value. Stops above `max`. */
export function countMembers(value: unknown, max: number): number {
  let count = 0;
  // Iterates instead of recursing, since clients may send deeply nested values.
  const open = [value];
  while (open.length > 0 && count <= max) {
    const current = open.pop();
    if (typeof current !== 'object' || current === null) continue;
    const children = Array.isArray(current) ? current : Object.values(current);
    count += children.length;
    if (count > max) break;
    for (const child of children) open.push(child);
  }
  return count;
}
