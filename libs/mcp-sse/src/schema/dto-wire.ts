import type { ValidationError } from 'class-validator';
import { transformedForResult } from './class-transformer-metadata.js';
import type { DtoClass } from './compiled-schema.js';
import type { IssueList } from './schema-issues.js';
import type { WireProperties, WireProperty } from './wire-properties.js';

const PRIMITIVES = new Set<unknown>([String, Number, Boolean]);

type Members = Record<string, unknown>;

/** A result, converted to an instance of its class. */
export interface DtoResult {
  readonly instance: object;
  /** The objects in it that were copied from instances, whose `@Transform()`s have not run yet. */
  readonly own: ReadonlySet<object> | undefined;
}

/**
 * Converts a DTO and its nested classes between the names of the class and those on the wire, as `@Expose()`, `@Exclude()`
 * and `@Transform()` say.
 */
export class DtoWire {
  /** Whether class-transformer would silently lose some arguments, so that they must be checked before. */
  readonly isLossy: boolean;
  readonly differs: boolean;
  private readonly hasTransform: boolean;

  constructor(
    private readonly dto: DtoClass,
    private readonly classes: ReadonlyMap<unknown, WireProperties>,
  ) {
    const all = [...classes.values()];
    this.isLossy = all.some(({ isLossy }) => isLossy);
    this.differs = all.some(({ differs }) => differs);
    this.hasTransform = all.some(({ hasTransform }) => hasTransform);
  }

  /** Reports keys of Maps that class-transformer would drop because `Map.prototype` has a member of that name. */
  addMapKeyIssues(
    value: unknown,
    issues: IssueList,
    dto: DtoClass = this.dto,
    path: PropertyKey[] = [],
  ): void {
    if (Array.isArray(value)) return this.addEach(value.entries(), issues, dto, path);
    if (typeof value !== 'object' || value === null) return;
    for (const { name, isMap, nested } of this.classes.get(dto)!.properties) {
      const member = (value as Members)[name];
      if (typeof member !== 'object' || member === null) continue;
      path.push(name);
      if (isMap) {
        for (const key of Object.keys(member))
          if (key in Map.prototype) issues.addAt(path, key, `${key} cannot be a key of ${name}`);
        if (nested) this.addEach(Object.entries(member), issues, nested, path);
      } else if (nested) this.addMapKeyIssues(member, issues, nested, path);
      path.pop();
    }
  }

  private addEach(
    entries: Iterable<[PropertyKey, unknown]>,
    issues: IssueList,
    dto: DtoClass,
    path: PropertyKey[],
  ): void {
    for (const [key, child] of entries) {
      path.push(key);
      this.addMapKeyIssues(child, issues, dto, path);
      path.pop();
    }
  }

  /** Translates errors to the names on the wire, and drops those of hidden properties. */
  named(errors: readonly ValidationError[]): readonly ValidationError[] {
    return this.differs ? errors.flatMap((error) => this.namedError(error)) : errors;
  }

  private namedError(error: ValidationError): ValidationError[] {
    const { property, target, constraints, children } = error;
    const known = this.classes.get(target?.constructor);
    if (known?.ignores(property)) return [];
    const name = known?.nameOf(property) ?? property;
    if (name !== property) {
      error.property = name;
      for (const key in constraints) constraints[key] = renamed(constraints[key]!, property, name);
    }
    if (children) error.children = children.flatMap((child) => this.namedError(child));
    return [error];
  }

  /** @param value uses the names of the class, or those on the wire if a ClassSerializerInterceptor has run */
  resultOf(value: object): DtoResult {
    const own = this.hasTransform ? new Set<object>() : undefined;
    return { instance: this.instanceOf(value, this.dto, own), own };
  }

  /** The result as it is sent. */
  wireForm({ instance, own }: DtoResult): unknown {
    return this.formOf(instance, own);
  }

  private instanceOf(value: object, dto: DtoClass, own: Set<object> | undefined): object {
    const instance = new (dto as unknown as new () => Members)();
    const { byAnyName, properties } = this.classes.get(dto)!;
    for (const key of Object.keys(value)) {
      const known = byAnyName.get(key);
      // If the value has both names, the name of the class wins.
      if (known && known.property !== key && Object.hasOwn(value, known.property)) continue;
      this.set(instance, known?.property ?? key, (value as Members)[key], known, own);
    }
    for (const known of properties)
      if (!Object.hasOwn(value, known.property) && known.property in value)
        this.set(instance, known.property, (value as Members)[known.property], known, own);
    if (value instanceof dto) own?.add(instance);
    return instance;
  }

  private set(
    instance: Members,
    property: string,
    value: unknown,
    known: WireProperty | undefined,
    own: Set<object> | undefined,
  ): void {
    if (value === undefined) return;
    const nested = known?.nested;
    const element = nested
      ? (child: unknown) => (isObject(child) ? this.instanceOf(child, nested, own) : child)
      : (child: unknown) => typed(child, known?.type);
    const copy = eachElement(value, element);
    // An accessor of the class may have no setter.
    if (property in instance && !Object.hasOwn(instance, property))
      Object.defineProperty(instance, property, { value: copy, enumerable: true });
    else instance[property] = copy;
  }

  private formOf(value: unknown, own: ReadonlySet<object> | undefined): unknown {
    if (!isObject(value)) return value;
    const known = this.classes.get(value.constructor);
    if (!known) return value;
    const isOwn = own?.has(value);
    const wire: Members = {};
    for (const { property, name, nested, hasTransform } of known.properties) {
      const member =
        isOwn && hasTransform
          ? transformedForResult(value.constructor as DtoClass, value, property)
          : (value as Members)[property];
      if (member !== undefined)
        wire[name] = nested ? eachElement(member, (child) => this.formOf(child, own)) : member;
    }
    return wire;
  }
}

/** Maps the elements of an array, Set or Map, keeping the container. */
function eachElement(value: unknown, element: (child: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(element);
  if (value instanceof Set) return new Set([...value].map(element));
  if (value instanceof Map) return new Map([...value].map(([key, child]) => [key, element(child)]));
  return element(value);
}

function typed(value: unknown, type: unknown): unknown {
  if (value === null) return value;
  if (type === Date) return value instanceof Date ? value : new Date(value as string);
  return PRIMITIVES.has(type) ? (type as (given: unknown) => unknown)(value) : value;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** class-validator's messages name their property once, at the start or after "in" or "property". */
function renamed(message: string, property: string, name: string): string {
  const escaped = property.replaceAll('$', '\\$');
  return message.replace(
    new RegExp(`(^|in |property )${escaped}(?= )`),
    (_, before: string) => before + name,
  );
}
