import { isHidden } from './class-transformer-metadata.js';
import type { DtoClass } from './dto-class.js';

/** A property of a class as it is on the wire. */
export interface WireProperty {
  readonly property: string;
  /** Its name on the wire. */
  readonly name: string;
  /** The class of it, or of its elements, that `@ValidateNested()` checks. */
  readonly nested: DtoClass | undefined;
  /** What `@Type()` names. */
  readonly type: unknown;
  /** Whether class-transformer makes a Map of it. */
  readonly isMap: boolean;
  readonly hasTransform: boolean;
  /** Whether its validators say nothing of what is sent. */
  readonly isReplaced: boolean;
}

/** What is on the wire of a class, in one direction. */
export class WireProperties {
  /** By both of their names; where one is the name of two, by the class's. */
  readonly byAnyName: ReadonlyMap<string, WireProperty>;
  private readonly byProperty: ReadonlyMap<string, WireProperty>;
  /** Whether class-transformer drops what is not on the wire without a word, or takes it by another name. */
  readonly isLossy: boolean;
  readonly hasTransform: boolean;
  /** Whether errors name what is not on the wire. */
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

  /** Whether what validators say of a property is nothing to its reader. */
  ignores(property: string): boolean {
    return this.byProperty.get(property)?.isReplaced ?? isHidden(this.dto, property, this.direction);
  }

  nameOf(property: string): string {
    return this.byProperty.get(property)?.name ?? property;
  }
}

/** The accessor of a property, its class's own or inherited. */
export function accessorOf(dto: DtoClass, property: string): PropertyDescriptor | undefined {
  for (const prototype of prototypesOf(dto)) {
    const descriptor = Object.getOwnPropertyDescriptor(prototype, property);
    if (descriptor) return descriptor.get || descriptor.set ? descriptor : undefined;
  }
  return undefined;
}

/** Methods and accessors, whose names class-transformer passes over. */
function hasMembers(dto: DtoClass): boolean {
  return prototypesOf(dto).some((prototype) => Object.getOwnPropertyNames(prototype).length > 1);
}

/** From the class up, without that of every object. */
function prototypesOf(dto: DtoClass): object[] {
  const prototypes: object[] = [];
  let prototype = dto.prototype as object;
  for (let above; (above = Object.getPrototypeOf(prototype) as object | null); prototype = above)
    prototypes.push(prototype);
  return prototypes;
}
