import { Logger } from '@nestjs/common';
import { McpSchemaError } from '../model/errors/mcp-configuration.error.js';
import type { JsonSchema, McpOutputSource, McpSchemaSource } from '../model/schema-source.js';
import { escapeControls } from '../model/log-line.js';
import { clientDialect } from './client-dialect.js';
import type { CompiledSchema, DtoClass, SchemaOutcome } from './compiled-schema.js';
import { compileDtoSchema } from './dto-schema.js';
import { isKeywords } from './property-keywords.js';
import { compileRawJsonSchema } from './raw-json-schema.js';
import { compileStandardSchema, isStandardSchema, schemaOfClass } from './standard-schema.js';
import { validationMetadataOf } from './validation-metadata.js';

type Direction = 'input' | 'output';

/** Compiled classes and Standard Schemas: features that share one compile it once for each direction. */
const shared: Readonly<Record<Direction, WeakMap<object, CompiledSchema<JsonSchema>>>> = {
  input: new WeakMap(),
  output: new WeakMap(),
};

/**
 * Compiles a schema. An input is an object, and validated as `{}` where it is missing as a whole; an output is any value.
 *
 * @param where the owner of the schema, for error messages, such as `OrdersService.find (input)`
 * @throws McpSchemaError if `source` is not a schema, or cannot be expressed as JSON Schema
 */
export function compileSchema(source: McpSchemaSource, where: string, direction: 'input'): CompiledSchema;
export function compileSchema(
  source: McpOutputSource,
  where: string,
  direction: Direction,
): CompiledSchema<JsonSchema>;
export function compileSchema(
  source: McpOutputSource,
  where: string,
  direction: Direction,
): CompiledSchema<JsonSchema> {
  const compiled = compiledOnce(source, where, direction);
  // Custom validators and transforms are application code and may throw.
  const failed = (error: unknown): SchemaOutcome => {
    new Logger('McpSchema').warn(escapeControls(`${where}: validation failed with ${String(error)}`));
    return { ok: false, issues: [{ path: '', message: 'could not be validated' }] };
  };
  const validate = (value: unknown): SchemaOutcome | Promise<SchemaOutcome> => {
    try {
      const outcome = compiled.validate(value === undefined && direction === 'input' ? {} : value);
      return outcome instanceof Promise ? outcome.catch(failed) : outcome;
    } catch (error) {
      return failed(error);
    }
  };
  return { ...compiled, validate };
}

/** An application may change a JSON Schema document between two uses, so those are compiled each time. */
function compiledOnce(
  source: McpOutputSource,
  where: string,
  direction: Direction,
): CompiledSchema<JsonSchema> {
  if (isPlainObject(source)) return compile(source, where, direction);
  const known = shared[direction].get(source);
  if (known) return known;
  const compiled = compile(source, where, direction);
  shared[direction].set(source, compiled);
  return compiled;
}

function compile(source: unknown, where: string, direction: Direction): CompiledSchema<JsonSchema> {
  const compiled = compileSource(source, where, direction);
  if (direction === 'input' && compiled.jsonSchema.type !== 'object')
    throw new McpSchemaError(
      where,
      `the root of the JSON Schema must have type: 'object', as arguments have names. Add it, or wrap the schema in ` +
        'one of an object.',
    );
  return { ...compiled, jsonSchema: clientDialect(compiled.jsonSchema) };
}

function compileSource(source: unknown, where: string, direction: Direction): CompiledSchema<JsonSchema> {
  if (isStandardSchema(source)) return compileStandardSchema(source, where, direction);
  const carried = schemaOfClass(source);
  if (carried) {
    assertOneValidates(source as DtoClass, where);
    return compileStandardSchema(carried, where, direction);
  }
  if (typeof source === 'function') return compileDtoSchema(source as DtoClass, where, direction);
  if (isPlainObject(source)) return compileRawJsonSchema(source as JsonSchema, where, direction);
  throw new McpSchemaError(
    where,
    `"${direction}" must be a class with class-validator decorators, a zod 4 or other Standard Schema object, ` +
      `or a JSON Schema document.`,
  );
}

/** @throws {McpSchemaError} for a class with a schema whose decorators would be passed over in silence */
function assertOneValidates(type: DtoClass, where: string): void {
  if (validationMetadataOf(type).every(isKeywords)) return;
  throw new McpSchemaError(
    where,
    `${type.name || 'the class'} has both a static "schema" and class-validator decorators, and only one of them can ` +
      'validate. Remove the decorators, or give "schema" another name.',
  );
}

function isPlainObject(source: unknown): boolean {
  if (typeof source !== 'object' || source === null) return false;
  const prototype: unknown = Object.getPrototypeOf(source);
  return prototype === Object.prototype || prototype === null;
}
