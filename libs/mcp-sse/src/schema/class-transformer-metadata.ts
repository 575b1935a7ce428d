import { TransformationType } from 'class-transformer';
// @ts-expect-error class-transformer ships no types beside this file, and no other way to its metadata
import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import type { MetadataStorage } from 'class-transformer/types/MetadataStorage.js';
import type { DtoClass } from './dto-class.js';

const storage = defaultMetadataStorage as MetadataStorage;

type Direction = 'input' | 'output';
const TYPES = {
  input: TransformationType.PLAIN_TO_CLASS,
  output: TransformationType.CLASS_TO_PLAIN,
} as const;
const OTHER_ONLY = { input: 'toPlainOnly', output: 'toClassOnly' } as const;

/** What class-transformer's decorators say of a property. */
export interface TransformerMetadata {
  /** What `@Type()` returns. */
  readonly type: unknown;
  readonly hasType: boolean;
  readonly hasDiscriminator: boolean;
  readonly hasTransform: boolean;
  /** Whether a `@Transform()` for results alone changes what the validators check. */
  readonly isReplaced: boolean;
  /** The name on the wire. */
  readonly wireName: string;
}

/** Reads class-transformer's metadata for one direction, inherited ones included. */
export function transformerMetadata(
  dto: DtoClass,
  property: string,
  direction: Direction,
): TransformerMetadata {
  const typeMetadata = storage.findTypeMetadata(dto, property);
  const transforms = storage.findTransformMetadatas(dto, property, TYPES[direction]);
  const { name, ...only } = storage.findExposeMetadata(dto, property)?.options ?? {};
  return {
    type: (typeMetadata?.typeFunction as (() => unknown) | undefined)?.(),
    hasType: typeMetadata !== undefined,
    hasDiscriminator: typeMetadata?.options?.discriminator !== undefined,
    hasTransform: transforms.length > 0,
    isReplaced: direction === 'output' && transforms.some(({ options }) => options?.toPlainOnly),
    wireName: name === undefined || only[OTHER_ONLY[direction]] ? property : name,
  };
}

/** Whether `@Exclude()`, or the lack of an `@Expose()`, keeps a property off the wire. Groups are exposed to nobody. */
export function isHidden(dto: DtoClass, property: string, direction: Direction): boolean {
  if (storage.getExcludedProperties(dto, TYPES[direction]).includes(property)) return true;
  const groups = storage.findExposeMetadata(dto, property)?.options?.groups ?? [];
  if (groups.length > 0) return true;
  const isExposed = () => storage.getExposedProperties(dto, TYPES[direction]).includes(property);
  return storage.getStrategy(dto) === 'excludeAll' && !isExposed();
}

/** Whether a class has properties that are not on the wire, decorated by class-validator or not. */
export function hidesAny(dto: DtoClass, direction: Direction): boolean {
  const isStrict = storage.getStrategy(dto) === 'excludeAll';
  return isStrict || storage.getExcludedProperties(dto, TYPES[direction]).length > 0;
}

/** What the `@Transform()`s of a property make of its value in a result. */
export function transformedForResult(dto: DtoClass, instance: object, property: string): unknown {
  const type = TransformationType.CLASS_TO_PLAIN;
  let value = (instance as Record<string, unknown>)[property];
  for (const { transformFn, options } of storage.findTransformMetadatas(dto, property, type))
    if (!options?.groups?.length)
      value = transformFn({ value, key: property, obj: instance, type, options: {} });
  return value;
}
