import type { DtoClass } from './compiled-schema.js';
import { IssueList } from './schema-issues.js';

/** The class of a property's object, or of its elements or members. */
export interface NestedClass {
  readonly dto: DtoClass;
  /** Whether the property is a map: its members have any name, and are of the class. */
  readonly isMap: boolean;
}

/** The properties of a class, by their names on the wire. */
export interface KnownProperties {
  /** Maps each property to its nested class, if it has one. */
  readonly nested: ReadonlyMap<string, NestedClass | undefined>;
  readonly required: readonly string[];
}

/** Beyond this many missing properties, class-validator is not run: reporting each takes it microseconds. */
const MAX_MISSING = 1_000;

/**
 * Finds properties that a value may not have, at all levels: those that its class does not declare, and those named like
 * members of every object, such as `constructor`. class-transformer silently drops some of the latter and fails on others.
 * If there are no such properties but very many missing ones, it reports the missing ones.
 */
export function findUnknownProperties(
  known: ReadonlyMap<DtoClass, KnownProperties>,
  dto: DtoClass,
  value: unknown,
): IssueList {
  const issues = new IssueList();
  const missing = new IssueList();
  const path: PropertyKey[] = [];

  const visit = (key: PropertyKey, child: unknown, nested: NestedClass | undefined): void => {
    if (typeof child !== 'object' || child === null) return;
    path.push(key);
    walk(child, nested);
    path.pop();
  };
  const walk = (current: object, nested: NestedClass | undefined): void => {
    if (Array.isArray(current)) {
      for (let index = 0; index < current.length; index++) visit(index, current[index], nested);
      return;
    }
    const properties = nested && !nested.isMap ? known.get(nested.dto) : undefined;
    const member = nested?.isMap ? { dto: nested.dto, isMap: false } : undefined;
    for (const name of properties?.required ?? NONE)
      if (!Object.hasOwn(current, name)) missing.addAt(path, name, `${name} should not be null or undefined`);
    for (const name of Object.keys(current)) {
      if (name in Object.prototype || properties?.nested.has(name) === false) {
        issues.addAt(path, name, `property ${name} should not exist`);
      } else
        visit(
          name,
          (current as Record<string, unknown>)[name],
          properties ? properties.nested.get(name) : member,
        );
    }
  };

  if (typeof value === 'object' && value !== null) walk(value, { dto, isMap: false });
  return issues.isEmpty && missing.count > MAX_MISSING ? missing : issues;
}

const NONE: readonly string[] = [];
