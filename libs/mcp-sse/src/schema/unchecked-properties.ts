import type { IssueList } from './schema-issues.js';

/** Constraints in the JSON Schema of a class that class-validator does not check. */
export interface UncheckedProperties {
  /** Required properties whose absence no validator refuses. */
  readonly required: { readonly property: string; readonly name: string }[];
  /** Properties of nested classes: `@ValidateNested()` accepts an array in place of an object, and the reverse. */
  readonly nested: {
    readonly property: string;
    /** Its name on the wire. */
    readonly name: string;
    readonly isArray: boolean;
    readonly isShapeChecked: boolean;
  }[];
}

/** Reports what class-validator lets pass in an instance and in its nested instances. */
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
