import { classTransformer } from './class-packages.js';
import {
  transformerStorage,
  type TransformMetadata,
  type TypeMetadata,
} from './class-transformer-storage.js';
import type { DtoClass } from './compiled-schema.js';

type Direction = 'input' | 'output';
type DirectionOptions = { readonly toClassOnly?: boolean; readonly toPlainOnly?: boolean };
const THIS_ONLY = { input: 'toClassOnly', output: 'toPlainOnly' } as const;
const OTHER_ONLY = { input: 'toPlainOnly', output: 'toClassOnly' } as const;

/** The settings of class-transformer's decorators on a property. */
export interface TransformerMetadata {
  /** The value that the function of `@Type()` returns. */
  readonly type: unknown;
  readonly hasType: boolean;
  readonly hasDiscriminator: boolean;
  readonly hasTransform: boolean;
  /** Whether a results-only `@Transform()` replaces the value that the validators checked. */
  readonly isReplaced: boolean;
  /** The name on the wire. */
  readonly wireName: string;
}

/** Reads class-transformer's metadata for one direction, inherited metadata included. */
export function transformerMetadata(
  dto: DtoClass,
  property: string,
  direction: Direction,
): TransformerMetadata {
  const typeMetadata = typeMetadataOf(dto, property);
  const transforms = transformsOf(dto, property, direction);
  const { name, ...only } = exposureOf(dto, property) ?? {};
  return {
    type: typeMetadata?.typeFunction?.(),
    hasType: typeMetadata !== undefined,
    hasDiscriminator: typeMetadata?.options?.discriminator !== undefined,
    hasTransform: transforms.length > 0,
    isReplaced: direction === 'output' && transforms.some(({ options }) => options?.toPlainOnly),
    wireName: name === undefined || only[OTHER_ONLY[direction]] ? property : name,
  };
}

export function typeMetadataOf(dto: DtoClass, property: string): TypeMetadata | undefined {
  return ofProperty(transformerStorage().types, dto, property)[0];
}

/** Whether neither the class nor its base classes have decorators of class-transformer other than `@Type()`. */
export function hasOnlyTypes(dto: DtoClass): boolean {
  const { transforms, exposures, exclusions } = transformerStorage();
  return lineage(dto).every((type) => !transforms.has(type) && !exposures.has(type) && !exclusions.has(type));
}

/**
 * Whether `@Exclude()`, or a missing `@Expose()`, keeps a property off the wire. Properties exposed to groups are hidden,
 * as no call has groups.
 */
export function isHidden(dto: DtoClass, property: string, direction: Direction): boolean {
  const applies = ({ options }: { options?: DirectionOptions }) => isFor(direction, options);
  if (ofProperty(transformerStorage().exclusions, dto, property).some(applies)) return true;
  const groups = exposureOf(dto, property)?.groups ?? [];
  if (groups.length > 0) return true;
  return excludesAll(dto) && !ofProperty(transformerStorage().exposures, dto, property).some(applies);
}

/** Whether a class has properties that never reach the wire, with or without class-validator decorators. */
export function hidesAny(dto: DtoClass, direction: Direction): boolean {
  if (excludesAll(dto)) return true;
  const { exclusions } = transformerStorage();
  const found = lineage(dto).flatMap((type) => [...(exclusions.get(type) ?? [])]);
  return found.some(([property, { options }]) => property !== undefined && isFor(direction, options));
}

/** Runs the `@Transform()`s of a property on its value in a result. */
export function transformedForResult(dto: DtoClass, instance: object, property: string): unknown {
  const type = classTransformer.package.TransformationType.CLASS_TO_PLAIN;
  let value = (instance as Record<string, unknown>)[property];
  for (const { transformFn, options } of transformsOf(dto, property, 'output'))
    if (!options?.groups?.length)
      value = transformFn({ value, key: property, obj: instance, type, options: {} });
  return value;
}

/** Sorted as class-transformer runs them: base classes first, then from the topmost decorator down. */
function transformsOf(dto: DtoClass, property: string, direction: Direction): TransformMetadata[] {
  const all = ofProperty(transformerStorage().transforms, dto, property).flat();
  return all.filter(({ options }) => isFor(direction, options)).toReversed();
}

function exposureOf(dto: DtoClass, property: string) {
  return ofProperty(transformerStorage().exposures, dto, property)[0]?.options;
}

/** Whether an `@Exclude()` on the class itself hides all properties without `@Expose()`. Base classes do not count. */
function excludesAll(dto: DtoClass): boolean {
  const { exclusions, exposures } = transformerStorage();
  return Boolean(exclusions.get(dto)?.has(undefined)) && !exposures.get(dto)?.has(undefined);
}

/** The metadata of a property in its class and base classes, nearest first. */
function ofProperty<T>(
  byClass: ReadonlyMap<unknown, ReadonlyMap<string | undefined, T>>,
  dto: DtoClass,
  property: string,
): T[] {
  const found: T[] = [];
  for (const type of lineage(dto)) {
    const metadata = byClass.get(type)?.get(property);
    if (metadata) found.push(metadata);
  }
  return found;
}

/** The class and its base classes, nearest first. */
function lineage(dto: DtoClass): object[] {
  const types: object[] = [];
  for (let type: object | null = dto; type; type = Object.getPrototypeOf(type) as object | null)
    types.push(type);
  return types;
}

/** A decorator with both `toClassOnly` and `toPlainOnly` works in both directions. */
function isFor(direction: Direction, options: DirectionOptions = {}): boolean {
  return options[OTHER_ONLY[direction]] !== true || options[THIS_ONLY[direction]] === true;
}
