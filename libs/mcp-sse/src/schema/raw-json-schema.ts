import { Ajv, type Options } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { McpSchemaError } from '../model/errors/mcp-configuration.error.js';
import { jsonData } from '../model/json-data.js';
import type { JsonSchema } from '../model/schema-source.js';
import type { CompiledSchema, SchemaOutcome } from './compiled-schema.js';
import { JsonSchemaCheck } from './json-schema-check.js';
import { makeUniqueItemsLinear } from './unique-items.js';

const OPTIONS: Options = {
  strict: false,
  useDefaults: true,
  logger: false,
  // Each schema is compiled on its own: two may have the same $id.
  addUsedSchema: false,
};

/** Keyed by Ajv class and whether the engine finds all errors. */
const engines = new Map<string, Ajv | Ajv2020>();

/**
 * Compiles a JSON Schema document: 2020-12, or draft-07 if its `$schema` says so. The document is advertised unchanged.
 *
 * A result is checked in the form in which it is sent: a Date is a string.
 *
 * @throws McpSchemaError if the document is invalid
 */
export function compileRawJsonSchema(
  document: JsonSchema,
  where: string,
  direction: 'input' | 'output',
): CompiledSchema<JsonSchema> {
  const check = compile(document, where);
  const prepare =
    direction === 'output' ? asSent : hasDefaults(document) ? structuredClone<unknown> : asGiven;

  return {
    jsonSchema: document,
    validate(value): SchemaOutcome {
      const prepared = prepare(value);
      const found = check.issuesOf(prepared);
      return found ? { ok: false, issues: found.issues, more: found.more } : { ok: true, value: prepared };
    },
  };
}

function compile(document: JsonSchema, where: string): JsonSchemaCheck {
  const engine = (allErrors: boolean) => engineFor(document, allErrors);
  try {
    if (document.$async) throw new Error('$async is not JSON Schema');
    return new JsonSchemaCheck(document, engine);
  } catch (error) {
    // Otherwise Ajv takes the document for valid the next time.
    engine(false).removeSchema(document);
    const reason = error instanceof Error ? error.message : String(error);
    throw new McpSchemaError(where, `the JSON Schema is not valid: ${reason}. Correct it.`);
  }
}

function engineFor({ $schema }: JsonSchema, allErrors: boolean): Ajv | Ajv2020 {
  const isDraft07 = /^https?:\/\/json-schema\.org\/draft-07\/schema#?$/.test(String($schema));
  const Engine = isDraft07 ? Ajv : Ajv2020;
  const key = `${Engine.name} ${allErrors}`;
  const known = engines.get(key);
  if (known) return known;

  const engine = new Engine({ ...OPTIONS, allErrors });
  addFormats.default(engine);
  makeUniqueItemsLinear(engine);
  engines.set(key, engine);
  return engine;
}

/** Ajv writes defaults into the value it checks, so such a schema checks a copy. */
function hasDefaults(document: JsonSchema): boolean {
  return JSON.stringify(document).includes('"default":');
}

function asGiven(value: unknown): unknown {
  return value;
}

function asSent(value: unknown): unknown {
  const text = JSON.stringify(jsonData(value)) as string | undefined;
  return text === undefined ? undefined : JSON.parse(text);
}
