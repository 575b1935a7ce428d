import type { IssueList } from './issue-list.js';

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

/** Adds to the issues what class-validator lets pass of an instance and of those within it. */
export function addUncheckedIssues(
  unchecked: ReadonlyMap<unknown, UncheckedProperties>,
  root: unknown,
  issues: IssueList,
): void {
  const path: PropertyKey[] = [];
  const add = (name: string, message: string): void => {
    path.push(name);
    issues.add(path, message);
    path.pop();
  };
  const visit = (key: PropertyKey, value: unknown): void => {
    path.push(key);
    walk(value);
    path.pop();
  };
  const walk = (value: unknown): void => {
    if (isList(value)) {
      let index = 0;
      for (const element of value) visit(index++, element);
      return;
    }
    if (value instanceof Map) {
      for (const [key, child] of value) visit(String(key), child);
      return;
    }
    const properties = value instanceof Object ? unchecked.get(value.constructor) : undefined;
    if (!properties) return;
    const instance = value as Record<string, unknown>;
    for (const { property, name } of properties.required)
      if (instance[property] === undefined) add(name, `${name} should not be null or undefined`);
    for (const { property, name, isArray, isShapeChecked } of properties.nested) {
      const child = instance[property];
      if (!isShapeChecked && child instanceof Object && isList(child) !== isArray)
        add(name, `${name} must be an ${isArray ? 'array' : 'object'}`);
      else visit(name, child);
    }
  };
  walk(root);
}

function isList(value: unknown): value is unknown[] | Set<unknown> {
  return Array.isArray(value) || value instanceof Set;
}
