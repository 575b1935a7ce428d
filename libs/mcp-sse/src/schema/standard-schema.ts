import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec';
import { McpSchemaError } from '../model/errors/mcp-configuration.error.js';
import type { JsonSchema } from '../model/schema-source.js';
import type { CompiledSchema, SchemaOutcome } from './compiled-schema.js';
import { formatPath, IssueList } from './schema-issues.js';

export function isStandardSchema(source: unknown): source is StandardSchemaV1 {
  return (
    (typeof source === 'object' || typeof source === 'function') && source !== null && '~standard' in source
  );
}

/** The schema that a class has as its static `schema`, such as one made with `createZodDto()` of nestjs-zod. */
export function schemaOfClass(type: unknown): StandardSchemaV1 | undefined {
  const schema = typeof type === 'function' ? (type as { schema?: unknown }).schema : undefined;
  return isStandardSchema(schema) ? schema : undefined;
}

/**
 * Compiles a Standard Schema. Its JSON Schema comes from the Standard JSON Schema interface, so no schema library is
 * imported here.
 *
 * @throws McpSchemaError if the schema has no JSON Schema
 * @see https://standardschema.dev/json-schema
 */
export function compileStandardSchema(
  schema: StandardSchemaV1,
  where: string,
  direction: 'input' | 'output',
): CompiledSchema<JsonSchema> {
  const standard = schema['~standard'];
  const outcomeOf = (result: StandardSchemaV1.Result<unknown>): SchemaOutcome => {
    if (!result.issues) return { ok: true, value: result.value };
    const { issues, more } = IssueList.of(result.issues, toIssue);
    return { ok: false, issues, more };
  };

  return {
    jsonSchema: jsonSchemaOf(standard, where, direction),
    validate(value) {
      const result = standard.validate(value);
      return result instanceof Promise ? result.then(outcomeOf) : outcomeOf(result);
    },
  };
}

function jsonSchemaOf(
  standard: StandardSchemaV1.Props & Partial<StandardJSONSchemaV1.Props>,
  where: string,
  direction: 'input' | 'output',
): JsonSchema {
  if (!standard.jsonSchema) {
    throw new McpSchemaError(
      where,
      `this version of ${standard.vendor} does not give JSON Schemas (Standard JSON Schema). ` +
        `Update it (zod: 4.2 or later), or pass a JSON Schema as "${direction}".`,
    );
  }
  try {
    return standard.jsonSchema[direction]({ target: 'draft-2020-12' });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new McpSchemaError(
      where,
      `the schema cannot be expressed as JSON Schema: ${reason}. Use types that JSON has, ` +
        `or pass a JSON Schema as "${direction}".`,
    );
  }
}

function toIssue({ message, path = [] }: StandardSchemaV1.Issue) {
  const segments = path.map((segment) => (typeof segment === 'object' ? segment.key : segment));
  return { path: formatPath(segments), message };
}
