import 'reflect-metadata';

/** Keywords of JSON Schema 2020-12 that describe rather than check, and any other one. */
export interface McpSchemaKeywords {
  title?: string;
  description?: string;
  examples?: readonly unknown[];
  deprecated?: boolean;
  [keyword: string]: unknown;
}

/** The metadata key of the keywords: on the class for a class, on its prototype for a property. */
export const SCHEMA_KEYWORDS_METADATA = 'nestjs-mcp-sse:schema-keywords';

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
    else Reflect.defineMetadata(SCHEMA_KEYWORDS_METADATA, keywords, target, property);
  };
}
