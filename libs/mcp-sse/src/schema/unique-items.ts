import type { Ajv } from 'ajv';

/** Makes `uniqueItems` linear: Ajv compares each item with every other one. */
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

/** The same text for what is equal in JSON, whatever the order of its members. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) => (isObject(member) ? sorted(member) : member));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sorted(object: object): object {
  return Object.fromEntries(Object.entries(object).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
