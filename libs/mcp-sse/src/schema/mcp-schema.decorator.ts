import 'reflect-metadata';
import { getMetadataStorage } from 'class-validator';
import type { ValidationMetadata } from 'class-validator/types/metadata/ValidationMetadata.js';
import type { Keywords } from './keywords.js';

/** The describing keywords of JSON Schema 2020-12, and any other keyword. */
export interface McpSchemaKeywords {
  title?: string;
  description?: string;
  examples?: readonly unknown[];
  deprecated?: boolean;
  [keyword: string]: unknown;
}

/** Metadata key for the keywords of a class. */
export const SCHEMA_KEYWORDS_METADATA = 'nestjs-mcp-sse:schema-keywords';

/** Type of the class-validator metadata that holds the keywords of a property. It has no validator, so nothing runs. */
const KEYWORDS_TYPE = 'nestjs-mcp-sse:keywords';

/**
 * Adds keywords to the JSON Schema of a class-validator DTO, for the model to read. Use it on the class and on its
 * properties. A keyword given here wins over the one derived from the validators. `@McpSchema()` validates nothing: each
 * property still needs a class-validator decorator.
 *
 * ```ts
 * @McpSchema({ description: 'What to look for' })
 * class SearchDto {
 *   @IsString()
 *   @McpSchema({ description: 'Words, separated by spaces', examples: ['red shoes'] })
 *   query!: string;
 * }
 * ```
 */
export function McpSchema(keywords: McpSchemaKeywords): ClassDecorator & PropertyDecorator {
  return (target: object, property?: string | symbol) => {
    if (property === undefined) Reflect.defineMetadata(SCHEMA_KEYWORDS_METADATA, keywords, target);
    else getMetadataStorage().addValidationMetadata(keywordsMetadata(target, String(property), keywords));
  };
}

/**
 * Stores the keywords of a property among its validators, because `PartialType()` and similar helpers copy only those to
 * the class that they create.
 */
function keywordsMetadata(prototype: object, propertyName: string, keywords: Keywords): ValidationMetadata {
  const metadata = { type: KEYWORDS_TYPE, target: prototype.constructor, propertyName, groups: [] };
  return { ...metadata, context: keywords, each: false, always: false } as unknown as ValidationMetadata;
}

/** The keywords that are stored among the validators of a property. */
export function keywordsOf(validators: readonly ValidationMetadata[]): Keywords | undefined {
  return validators.find(isKeywords)?.context as Keywords | undefined;
}

export function isKeywords({ type }: ValidationMetadata): boolean {
  return type === KEYWORDS_TYPE;
}
