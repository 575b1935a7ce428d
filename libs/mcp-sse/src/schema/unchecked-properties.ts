import type { SchemaIssue } from './compiled-schema.js';
import { formatPath } from './format-path.js';

/** What class-validator does not check of a class, though its JSON Schema says so. */
export interface UncheckedProperties {
  /** Must be there, though no validator refuses its absence. */
  readonly required: { readonly property: string; readonly name: string }[];
  /** Hold instances of other classes: `@ValidateNested()` takes an array for an object, and the reverse. */
  readonly nested: {
    readonly property: string;
    /** On the wire. */
    readonly name: string;
    readonly isArray: boolean;
    readonly isShapeChecked: boolean;
  }[];
}

/** Reports what class-validator lets pass of an instance and of those within it. */
export function findUncheckedIssues(
  unchecked: ReadonlyMap<unknown, UncheckedProperties>,
  value: unknown,
  path: readonly PropertyKey[] = [],
): SchemaIssue[] {
  if (isList(value)) {
    return [...value].flatMap((element, index) => findUncheckedIssues(unchecked, element, [...path, index]));
  }
  if (value instanceof Map) {
    return [...value].flatMap(([key, child]) =>
      findUncheckedIssues(unchecked, child, [...path, String(key)]),
    );
  }
  const properties = value instanceof Object ? unchecked.get(value.constructor) : undefined;
  if (!properties) return [];

  const instance = value as Record<string, unknown>;
  const missing = properties.required
    .filter(({ property }) => instance[property] === undefined)
    .map(({ name }) => ({
      path: formatPath([...path, name]),
      message: `${name} should not be null or undefined`,
    }));
  const within = properties.nested.flatMap(({ property, name, isArray, isShapeChecked }) => {
    const child = instance[property];
    if (!isShapeChecked && child instanceof Object && isList(child) !== isArray) {
      const message = `${name} must be an ${isArray ? 'array' : 'object'}`;
      return [{ path: formatPath([...path, name]), message }];
    }
    return findUncheckedIssues(unchecked, child, [...path, name]);
  });
  return [...missing, ...within];
}

function isList(value: unknown): value is unknown[] | Set<unknown> {
  return Array.isArray(value) || value instanceof Set;
}
