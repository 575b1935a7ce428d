import type { DtoClass } from './dto-class.js';
import { IssueList } from './issue-list.js';

/** The class of the objects that a property holds, itself or as elements or members. */
export interface NestedClass {
  readonly dto: DtoClass;
  /** Whether the property is an object whose members, under any name, are of the class. */
  readonly isMap: boolean;
}

/** What objects of a class have, by the names on the wire. */
export interface KnownProperties {
  /** Undefined where no class says what is in a property. */
  readonly nested: ReadonlyMap<string, NestedClass | undefined>;
  readonly required: readonly string[];
}

/** Missing properties that class-validator is still asked about: it takes microseconds to tell of each. */
const MAX_MISSING = 1_000;

/**
 * Finds the properties that a value may not have, at all levels: those that its class does not declare, and those that
 * are named as members of every object, such as `constructor`, of which class-transformer leaves out some without a
 * word and fails on others. Where there are none, it tells of missing properties if they are very many.
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
