import 'reflect-metadata';
import type { Keywords } from './keywords.js';
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
/** Metadata key for the keywords of a method's parameters, by position. */
const PARAMETER_KEYWORDS_METADATA = 'nestjs-mcp-sse:parameter-keywords';

/**
 * Adds keywords to the JSON Schema of a class-validator DTO, for the model to read. Use it on the class and on its
 * properties. A keyword given here wins over the one derived from the validators. `@McpSchema()` validates nothing: each
 * property still needs a class-validator decorator. On a parameter of a route that is a tool, such as
 * `@Param('id') @McpSchema({ description: 'Number of the order' }) id: string`, it describes that argument.
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
export function McpSchema(
  keywords: McpSchemaKeywords,
): ClassDecorator & PropertyDecorator & ParameterDecorator {
  return (target: object, property?: string | symbol, index?: unknown) => {
    if (typeof index === 'number') addParameterKeywords(target, property!, index, keywords);
    else if (property === undefined) Reflect.defineMetadata(SCHEMA_KEYWORDS_METADATA, keywords, target);
    else addPropertyKeywords('schema', target, property, keywords);
  };
}

function addParameterKeywords(
  target: object,
  method: string | symbol,
  index: number,
  keywords: Keywords,
): void {
  const known = Reflect.getMetadata(PARAMETER_KEYWORDS_METADATA, target, method) as object | undefined;
  Reflect.defineMetadata(PARAMETER_KEYWORDS_METADATA, { ...known, [index]: keywords }, target, method);
}

/** The keywords of a method's parameter. */
export function parameterKeywords(prototype: object, method: string, index: number): Keywords | undefined {
  const all = Reflect.getMetadata(PARAMETER_KEYWORDS_METADATA, prototype, method) as
    Record<number, Keywords> | undefined;
  return all?.[index];
}
