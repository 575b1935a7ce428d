import { TransformationType } from 'class-transformer';
// @ts-expect-error class-transformer ships no types beside this file, and no other way to its metadata
import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import type { MetadataStorage } from 'class-transformer/types/MetadataStorage.js';
import type { DtoClass } from './dto-class.js';

const storage = defaultMetadataStorage as MetadataStorage;
const INPUT = TransformationType.PLAIN_TO_CLASS;

/** What class-transformer's decorators say of a property. */
export interface TransformerMetadata {
  /** What `@Type()` returns. */
  readonly type: unknown;
  readonly hasType: boolean;
  readonly hasDiscriminator: boolean;
  readonly hasTransform: boolean;
  /** `@Exclude()`d from what comes in. */
  readonly isExcluded: boolean;
  /** The name on the wire, of `@Expose({ name })`. */
  readonly exposedName: string | undefined;
}

/** Reads class-transformer's metadata, inherited ones included. */
export function transformerMetadata(dto: DtoClass, property: string): TransformerMetadata {
  const typeMetadata = storage.findTypeMetadata(dto, property);
  return {
    type: (typeMetadata?.typeFunction as (() => unknown) | undefined)?.(),
    hasType: typeMetadata !== undefined,
    hasDiscriminator: typeMetadata?.options?.discriminator !== undefined,
    hasTransform: storage.findTransformMetadatas(dto, property, INPUT).length > 0,
    isExcluded: storage.getExcludedProperties(dto, INPUT).includes(property),
    exposedName: storage.findExposeMetadata(dto, property)?.options?.name,
  };
}
