import type { Ajv } from 'ajv';

/** Replaces Ajv's `uniqueItems`, which compares each item with every other, by a linear check. */
export function makeUniqueItemsLinear(engine: Ajv): void {
  engine.removeKeyword('uniqueItems');
  engine.addKeyword({
    keyword: 'uniqueItems',
    type: 'array',
    schemaType: 'boolean',
    validate: (isDemanded: boolean, items: readonly unknown[]) => !isDemanded || areUnique(items),
    error: { message: 'must NOT have duplicate items' },
  });
}

function areUnique(items: readonly unknown[]): boolean {
  return new Set(items.map(canonicalJson)).size === items.length;
}

/** Values that are equal in JSON have the same text, whatever the order of their members. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) => (isObject(member) ? sorted(member) : member));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sorted(object: object): object {
  return Object.fromEntries(Object.entries(object).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
