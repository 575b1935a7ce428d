import type { DtoClass } from './dto-class.js';
import { IssueList } from './issue-list.js';

/** The class of the objects that a property holds, itself or as elements or members. */
export interface NestedClass {
  readonly dto: DtoClass;
  /** Whether the property is an object whose members, under any name, are of the class. */
  readonly isMap: boolean;
}

/** The properties of a class by their names on the wire; undefined where no class says what is in them. */
export type KnownProperties = ReadonlyMap<string, NestedClass | undefined>;

/**
 * Finds the properties that a value may not have, at all levels: those that its class does not declare, and those that
 * are named as members of every object, such as `constructor`, of which class-transformer leaves out some without a
 * word and fails on others.
 */
export function findUnknownProperties(
  known: ReadonlyMap<DtoClass, KnownProperties>,
  dto: DtoClass,
  value: unknown,
): IssueList {
  const issues = new IssueList();
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
    for (const name of Object.keys(current)) {
      if (name in Object.prototype || properties?.has(name) === false) {
        path.push(name);
        issues.add(path, `property ${name} should not exist`);
        path.pop();
      } else
        visit(name, (current as Record<string, unknown>)[name], properties ? properties.get(name) : member);
    }
  };

  if (typeof value === 'object' && value !== null) walk(value, { dto, isMap: false });
  return issues;
}
