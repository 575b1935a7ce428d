import 'reflect-metadata';
import { addPropertyKeywords } from './property-keywords.js';

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
    else addPropertyKeywords('schema', target, property, keywords);
  };
}
