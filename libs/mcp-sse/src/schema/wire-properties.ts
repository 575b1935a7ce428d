import { isHidden } from './class-transformer-metadata.js';
import type { DtoClass } from './compiled-schema.js';

/** How a property of a class appears on the wire. */
export interface WireProperty {
  readonly property: string;
  /** Its name on the wire. */
  readonly name: string;
  /** The class that `@ValidateNested()` checks the property or its elements against. */
  readonly nested: DtoClass | undefined;
  /** The type that `@Type()` names. */
  readonly type: unknown;
  /** Whether class-transformer creates a Map for it. */
  readonly isMap: boolean;
  readonly hasTransform: boolean;
  /** Whether a `@Transform()` replaces the value after the validators have checked it. */
  readonly isReplaced: boolean;
}

/** The properties of a class that are on the wire, in one direction. */
export class WireProperties {
  /** By both names; if two properties share a name, the name of the class wins. */
  readonly byAnyName: ReadonlyMap<string, WireProperty>;
  private readonly byProperty: ReadonlyMap<string, WireProperty>;
  /** Whether class-transformer silently drops properties that are not on the wire, or accepts them by another name. */
  readonly isLossy: boolean;
  readonly hasTransform: boolean;
  /** Whether class-validator's errors may name properties that are not on the wire. */
  readonly differs: boolean;

  constructor(
    private readonly dto: DtoClass,
    readonly properties: readonly WireProperty[],
    hidesSome: boolean,
    private readonly direction: 'input' | 'output',
  ) {
    const byWireName = properties.map((known) => [known.name, known] as const);
    this.byProperty = new Map(properties.map((known) => [known.property, known]));
    this.byAnyName = new Map([...byWireName, ...this.byProperty]);
    this.hasTransform = properties.some(({ hasTransform }) => hasTransform);
    const isRenamed = properties.some(({ property, name }) => property !== name);
    this.differs = hidesSome || isRenamed || properties.some(({ isReplaced }) => isReplaced);
    this.isLossy = hidesSome || isRenamed || hasMembers(dto) || properties.some(({ isMap }) => isMap);
  }

  /** Whether errors of a property are dropped, because it is hidden or replaced. */
  ignores(property: string): boolean {
    return this.byProperty.get(property)?.isReplaced ?? isHidden(this.dto, property, this.direction);
  }

  nameOf(property: string): string {
    return this.byProperty.get(property)?.name ?? property;
  }
}

/** The accessor of a property, own or inherited. */
export function accessorOf(dto: DtoClass, property: string): PropertyDescriptor | undefined {
  for (const prototype of prototypesOf(dto)) {
    const descriptor = Object.getOwnPropertyDescriptor(prototype, property);
    if (descriptor) return descriptor.get || descriptor.set ? descriptor : undefined;
  }
  return undefined;
}

/** Whether a class has methods or accessors: class-transformer skips properties of their names. */
function hasMembers(dto: DtoClass): boolean {
  return prototypesOf(dto).some((prototype) => Object.getOwnPropertyNames(prototype).length > 1);
}

/** The prototypes from the class up, without `Object.prototype`. */
function prototypesOf(dto: DtoClass): object[] {
  const prototypes: object[] = [];
  let prototype = dto.prototype as object;
  for (let above; (above = Object.getPrototypeOf(prototype) as object | null); prototype = above)
    prototypes.push(prototype);
  return prototypes;
}
