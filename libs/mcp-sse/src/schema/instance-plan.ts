import { hasOnlyTypes, typeMetadataOf } from './class-transformer-metadata.js';
import type { TypeMetadata } from './class-transformer-storage.js';
import type { DtoClass } from './compiled-schema.js';
import type { WireProperties, WireProperty } from './wire-properties.js';

type Members = Record<string, unknown>;

/** Gives the value of a property, or undefined where class-transformer must decide. */
type Convert = (value: unknown) => unknown;

/**
 * Creates instances of a class as class-transformer's `plainToInstance()` does, for classes whose only decorator of
 * class-transformer is `@Type()`.
 */
export class InstancePlan {
  private readonly conversions = new Map<string, Convert>();

  /** @returns undefined if the class, or one of its nested classes, needs class-transformer */
  static of(dto: DtoClass, classes: ReadonlyMap<unknown, WireProperties>): InstancePlan | undefined {
    const plans = new Map<unknown, InstancePlan>();
    for (const type of classes.keys()) plans.set(type, new InstancePlan(type as new () => Members));
    for (const [type, { properties }] of classes)
      if (!plans.get(type)!.learn(properties, plans)) return undefined;
    return plans.get(dto);
  }

  private constructor(private readonly dto: new () => Members) {}

  private learn(properties: readonly WireProperty[], plans: ReadonlyMap<unknown, InstancePlan>): boolean {
    const { dto } = this;
    const prototype = dto.prototype as object;
    const sample = new dto();
    if (!hasOnlyTypes(dto) || sample.constructor !== dto) return false;
    for (const { property, nested } of properties) {
      // class-transformer skips properties that hold a function or have no setter.
      if (property in prototype || typeof sample[property] === 'function') return false;
      const convert = conversion(typeMetadataOf(dto, property), nested && plans.get(nested));
      if (!convert) return false;
      this.conversions.set(property, convert);
    }
    return true;
  }

  /** @returns undefined if class-transformer must decide, as for unknown properties and for values that JSON does not have */
  create(plain: object): object | undefined {
    const instance = new this.dto();
    for (const name of Object.keys(plain)) {
      const value = this.conversions.get(name)?.((plain as Members)[name]);
      if (value === undefined) return undefined;
      instance[name] = value;
    }
    return instance;
  }
}

type Primitive = string | number | boolean;

const CONVERSIONS: ReadonlyMap<unknown, (value: Primitive) => unknown> = new Map<
  unknown,
  (value: Primitive) => unknown
>([
  [String, String],
  [Number, Number],
  [Boolean, Boolean],
  [Date, (value) => new Date(value as string)],
]);

/** The types that TypeScript emits for a property for which class-transformer creates a plain array. */
const PLAIN_LISTS = new Set<unknown>([Array, Object, undefined]);

function conversion(type: TypeMetadata | undefined, nested: InstancePlan | undefined): Convert | undefined {
  if (!type) return nested ? undefined : copy;
  const { typeFunction, reflectedType } = type;
  // A function with a parameter may name a class for each value.
  if (!typeFunction || typeFunction.length > 0 || reflectedType === Map) return undefined;
  const convert = CONVERSIONS.get(typeFunction());
  const one = nested ? instantiated(nested) : convert && converted(convert);
  return one && PLAIN_LISTS.has(reflectedType) ? each(one) : one;
}

function instantiated(plan: InstancePlan): Convert {
  return (value) => (isPlain(value) ? plan.create(value) : nullOnly(value));
}

function converted(convert: (value: Primitive) => unknown): Convert {
  return (value) => (isPrimitive(value) ? convert(value) : nullOnly(value));
}

function each(one: Convert): Convert {
  return (value) => (Array.isArray(value) ? eachOf(value, one) : one(value));
}

function eachOf(list: readonly unknown[], one: Convert): unknown[] | undefined {
  const made: unknown[] = [];
  for (let index = 0; index < list.length; index++) {
    const element = one(list[index]);
    if (element === undefined) return undefined;
    made.push(element);
  }
  return made;
}

/** Copies a JSON value. */
function copy(value: unknown): unknown {
  if (isPrimitive(value)) return value;
  if (Array.isArray(value)) return eachOf(value, copy);
  return isPlain(value) ? copyMembers(value) : nullOnly(value);
}

function copyMembers(value: object): Members | undefined {
  const copied: Members = {};
  for (const name of Object.keys(value)) {
    const member = name in Object.prototype ? undefined : copy((value as Members)[name]);
    if (member === undefined) return undefined;
    copied[name] = member;
  }
  return copied;
}

function nullOnly(value: unknown): null | undefined {
  return value === null ? null : undefined;
}

function isPrimitive(value: unknown): value is Primitive {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
