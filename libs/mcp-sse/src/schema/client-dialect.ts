import type { JsonSchema } from '../model/schema-source.js';

type Schema = Record<string, unknown>;

/** Keywords whose value is one schema, a list of schemas, or schemas by name. */
const ONE = ['additionalProperties', 'contains', 'propertyNames', 'then', 'else', 'unevaluatedProperties'];
const LIST = ['prefixItems', 'allOf', 'anyOf'];
const BY_NAME = ['properties', '$defs', 'definitions', 'dependentSchemas'];

/** Syntax that RE2 lacks: look-around, back references, named groups, and escapes that only ECMA-262 has. */
const ECMA_ONLY = /\\.|\(\?(?!:)|\[\^?\]/gs;
const ESCAPES_IN_BOTH = /^\\(?:[dDwWsSbBnrtfv]|[^\w\s])$/;
/** RE2's limit for a repetition. */
const MAX_REPETITIONS = 1_000;

/**
 * Adapts a schema to what clients and the models behind them accept. A known client enforces each rule, often by
 * refusing the whole request; docs/schemas.md names them. The server still checks what this leaves out.
 *
 * - A root of type `object` has `properties`, and each array has `items`.
 * - Patterns use only what RE2 and ECMA-262 share.
 */
export function clientDialect(schema: JsonSchema): JsonSchema {
  const root = adapted(schema) as JsonSchema;
  return root.type === 'object' && !root.properties ? { ...root, properties: {} } : root;
}

function adapted(schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return schema;
  const result: Schema = { ...schema };
  for (const keyword of ONE) if (keyword in result) result[keyword] = adapted(result[keyword]);
  for (const keyword of LIST)
    if (Array.isArray(result[keyword])) result[keyword] = (result[keyword] as unknown[]).map(adapted);
  for (const keyword of BY_NAME)
    if (isObject(result[keyword])) result[keyword] = adaptedByName(result[keyword]);
  adaptArray(result);
  adaptPatterns(result);
  return result;
}

function adaptedByName(schemas: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, adapted(schema)]));
}

function adaptArray(schema: Schema): void {
  const { items } = schema;
  if (Array.isArray(items)) schema['items'] = items.map(adapted);
  else if (items !== undefined) schema['items'] = adapted(items);
  else if ([schema['type']].flat().includes('array') && !('prefixItems' in schema)) schema['items'] = {};
}

/** Under `not`, `if` and `oneOf`, removing a pattern alone would refuse more values; so the whole keyword changes. */
function adaptPatterns(schema: Schema): void {
  if (typeof schema['pattern'] === 'string' && !isCommonPattern(schema['pattern'])) delete schema['pattern'];
  if (isObject(schema['patternProperties'])) {
    const patterns = schema['patternProperties'];
    if (Object.keys(patterns).every(isCommonPattern)) schema['patternProperties'] = adaptedByName(patterns);
    else for (const keyword of ['patternProperties', 'additionalProperties']) delete schema[keyword];
  }
  if ('not' in schema && hasUncommonPattern(schema['not'])) delete schema['not'];
  if ('if' in schema && hasUncommonPattern(schema['if']))
    for (const keyword of ['if', 'then', 'else']) delete schema[keyword];
  if (Array.isArray(schema['oneOf'])) {
    const keyword = schema['oneOf'].some(hasUncommonPattern) && !('anyOf' in schema) ? 'anyOf' : 'oneOf';
    const branches = schema['oneOf'].map(adapted);
    delete schema['oneOf'];
    schema[keyword] = branches;
  }
}

function hasUncommonPattern(schema: unknown): boolean {
  if (typeof schema !== 'object' || schema === null) return false;
  return Object.entries(schema).some(([keyword, value]: [string, unknown]) => {
    if (keyword === 'pattern' && typeof value === 'string') return !isCommonPattern(value);
    const isUncommon =
      keyword === 'patternProperties' && !Object.keys(value as object).every(isCommonPattern);
    return isUncommon || hasUncommonPattern(value);
  });
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Whether a pattern means the same in ECMA-262 and in RE2. Constrained decoding of models uses RE2.
 *
 * @see https://json-schema.org/draft/2020-12/json-schema-core#section-6.4
 */
function isCommonPattern(pattern: string): boolean {
  const hasEcmaOnly = [...pattern.matchAll(ECMA_ONLY)].some(([syntax]) => !ESCAPES_IN_BOTH.test(syntax));
  return !hasEcmaOnly && !repetitions(pattern).some((count) => count > MAX_REPETITIONS);
}

function repetitions(pattern: string): number[] {
  return [...pattern.matchAll(/\{(\d+)(?:,(\d*))?\}/g)].flatMap(([, from, to]) => [
    Number(from),
    Number(to ?? 0),
  ]);
}
