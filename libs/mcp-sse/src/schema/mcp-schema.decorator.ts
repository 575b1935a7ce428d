import 'reflect-metadata';
import { getMetadataStorage } from 'class-validator';
import type { ValidationMetadata } from 'class-validator/types/metadata/ValidationMetadata.js';
import type { Keywords } from './keywords.js';

/** Keywords of JSON Schema 2020-12 that describe rather than check, and any other one. */
export interface McpSchemaKeywords {
  title?: string;
  description?: string;
  examples?: readonly unknown[];
  deprecated?: boolean;
  [keyword: string]: unknown;
}

/** The metadata key of the keywords of a class. */
export const SCHEMA_KEYWORDS_METADATA = 'nestjs-mcp-sse:schema-keywords';

/** The type under which class-validator keeps the keywords of a property. It runs no validator of this type. */
const KEYWORDS_TYPE = 'nestjs-mcp-sse:keywords';

/**
 * Adds keywords to the JSON Schema of a class-validator DTO, for the model to read. Works on the class and on
 * its properties; a keyword given here wins over the one that follows from the validators. It validates
 * nothing: a property still needs a class-validator decorator.
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
 * The keywords of a property are kept where class-validator keeps its validators, because `PartialType()` and its kind
 * copy those, and nothing else, to the class that they make.
 */
function keywordsMetadata(prototype: object, propertyName: string, keywords: Keywords): ValidationMetadata {
  const metadata = { type: KEYWORDS_TYPE, target: prototype.constructor, propertyName, groups: [] };
  return { ...metadata, context: keywords, each: false, always: false } as unknown as ValidationMetadata;
}

/** The keywords among the validators of a property, if it has any. */
export function keywordsOf(validators: readonly ValidationMetadata[]): Keywords | undefined {
  return validators.find(isKeywords)?.context as Keywords | undefined;
}

export function isKeywords({ type }: ValidationMetadata): boolean {
  return type === KEYWORDS_TYPE;
}
