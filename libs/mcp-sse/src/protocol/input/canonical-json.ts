/** The JSON of plain data with the members of objects in one order, so that equal values have equal texts. */
export function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? '';
  return Array.isArray(value) ? listJson(value) : objectJson(value as Readonly<Record<string, unknown>>);
}

function listJson(items: readonly unknown[]): string {
  let json = '';
  for (const item of items)
    json += `${json === '' ? '' : ','}${item === undefined ? 'null' : canonicalJson(item)}`;
  return `[${json}]`;
}

function objectJson(object: Readonly<Record<string, unknown>>): string {
  let json = '';
  const names = Object.keys(object);
  if (names.length > 1) names.sort();
  for (const name of names) {
    const value = object[name];
    if (value === undefined) continue;
    json += `${json === '' ? '' : ','}${JSON.stringify(name)}:${canonicalJson(value)}`;
  }
  return `{${json}}`;
}
