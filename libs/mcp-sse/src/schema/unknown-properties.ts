import type { JsonObjectSchema } from '../model/json-schema.js';
import type { SchemaIssue } from './compiled-schema.js';
import { formatPath } from './format-path.js';
import type { Keywords } from './keywords.js';

/**
 * Reports the properties of a value that its schema does not declare, at all levels. For the schemas of DTOs:
 * it follows `properties`, `additionalProperties`, `items`, `anyOf` and references into `$defs`.
 */
export function findUnknownProperties(jsonSchema: JsonObjectSchema, value: unknown): SchemaIssue[] {
  const definitions = (jsonSchema.$defs ?? {}) as Record<string, Keywords>;

  const walk = (given: Keywords, current: unknown, path: readonly PropertyKey[]): SchemaIssue[] => {
    if (typeof current !== 'object' || current === null) return [];
    const schema = resolve(given);
    if (Array.isArray(schema.anyOf)) {
      const options = (schema.anyOf as Keywords[]).filter((option) => option.type !== 'null');
      const branches = options.map((option) => walk(option, current, path));
      return branches.reduce((fewest, branch) => (branch.length < fewest.length ? branch : fewest));
    }
    if (Array.isArray(current)) {
      const items = schema.items as Keywords | undefined;
      return items ? current.flatMap((element, index) => walk(items, element, [...path, index])) : [];
    }
    const properties = (schema.properties ?? {}) as Record<string, Keywords>;
    const additional = schema.additionalProperties as Keywords | boolean | undefined;
    return Object.entries(current).flatMap(([key, child]) => {
      const declared = Object.hasOwn(properties, key) ? properties[key] : additional;
      if (declared === false) {
        return [{ path: formatPath([...path, key]), message: `property ${key} should not exist` }];
      }
      return typeof declared === 'object' ? walk(declared, child, [...path, key]) : [];
    });
  };

  const resolve = (schema: Keywords): Keywords => {
    if (typeof schema.$ref !== 'string') return schema;
    return definitions[schema.$ref.replace('#/$defs/', '')] ?? {};
  };

  return walk(jsonSchema, value, []);
}
