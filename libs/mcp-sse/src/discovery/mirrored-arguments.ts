import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import { MIRROR_KEYWORD } from '../model/mirrored-header.js';
import type { JsonObjectSchema } from '../model/schema-source.js';

/** An argument of a tool that clients repeat in a header. */
export interface MirroredArgument {
  /** The header's name as the schema spells it. */
  readonly header: string;
  /** The header's name as Node gives it. */
  readonly key: string;
  /** The names of the properties that lead to the argument. */
  readonly path: readonly string[];
  /** Where the body has it, for messages. */
  readonly source: string;
}

/** RFC 9110's token. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const TYPES: readonly unknown[] = ['string', 'integer', 'boolean'];
/** Keywords whose values are schemas by name. Their names are no keywords. */
const BY_NAME = ['properties', 'patternProperties', 'dependentSchemas', '$defs', 'definitions'];
/** Keywords whose values are data, which may have a member of any name. */
const DATA = ['const', 'enum', 'default', 'examples'];

type Schema = Readonly<Record<string, unknown>>;

/** A schema with the keyword, somewhere in the schema of a tool. */
interface Mirrored {
  readonly schema: Schema;
  /** The keywords and names that lead to it. */
  readonly place: readonly string[];
  /** The names alone, if only `properties` leads to it. */
  readonly path?: readonly string[];
}

/** By schema: tools that take the same class share it. */
const knownArguments = new WeakMap<JsonObjectSchema, readonly MirroredArgument[]>();

/**
 * Finds the arguments that a tool's schema mirrors in headers by `x-mcp-header`.
 *
 * @returns undefined if there are none
 * @throws {McpConfigurationError} for a keyword that would make clients leave out the tool
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#schema-extension
 */
export function mirroredArguments(
  tool: string,
  schema: JsonObjectSchema,
  where: string,
): readonly MirroredArgument[] | undefined {
  const known = knownArguments.get(schema) ?? findMirrored(tool, schema, where);
  knownArguments.set(schema, known);
  return known.length > 0 ? known : undefined;
}

function findMirrored(tool: string, schema: JsonObjectSchema, where: string): MirroredArgument[] {
  const found = new Map<string, MirroredArgument>();
  for (const mirrored of mirroredSchemas(schema, [], [])) {
    const argument = argumentOf(mirrored, `tool "${tool}"`, where);
    const { header, key, path } = argument;
    const other = found.get(key);
    if (other)
      throw new McpConfigurationError(
        `${where}: "${path.join('.')}" and "${other.path.join('.')}" of the tool "${tool}" share the header ${header}: ` +
          'names of headers ignore case. Give one of them another x-mcp-header.',
      );
    found.set(key, argument);
  }
  return [...found.values()];
}

/** @throws {McpConfigurationError} */
function argumentOf({ schema, place, path }: Mirrored, tool: string, where: string): MirroredArgument {
  const { [MIRROR_KEYWORD]: name, type } = schema;
  if (!path?.length)
    throw new McpConfigurationError(
      `${where}: the input schema of the ${tool} has an x-mcp-header at "${place.join('/')}", where clients may not ` +
        'look for it. Put it on an argument, or on a property of a nested object: not in a list, a $ref or an ' +
        'alternative (a nullable value is one), and not on the root.',
    );
  const at = `${where}: "${path.join('.')}" of the ${tool}`;
  if (typeof name !== 'string' || !TOKEN.test(name))
    throw new McpConfigurationError(
      `${at} has the x-mcp-header ${JSON.stringify(name)}, which cannot be part of a header's name. Use letters, ` +
        'digits and "-", such as "Region".',
    );
  if (!TYPES.includes(type))
    throw new McpConfigurationError(
      `${at} has an x-mcp-header, but its type is ${JSON.stringify(type) ?? 'not given'}. Only "string", "integer" and ` +
        '"boolean" can be mirrored: declare one of them, optional rather than nullable (@IsInt() or z.int() for a ' +
        'number), or remove the x-mcp-header.',
    );
  const header = `Mcp-Param-${name}`;
  return { header, key: header.toLowerCase(), path, source: `arguments.${path.join('.')}` };
}

/** Finds the keyword at every level, in the order of the document. */
function* mirroredSchemas(
  schema: Schema,
  place: readonly string[],
  path: readonly string[] | undefined,
): Generator<Mirrored> {
  if (MIRROR_KEYWORD in schema) yield { schema, place, path };
  for (const [keyword, value] of Object.entries(schema)) {
    if (!isSchema(value) || DATA.includes(keyword)) continue;
    const here = [...place, keyword];
    if (!BY_NAME.includes(keyword) && !Array.isArray(value)) yield* mirroredSchemas(value, here, undefined);
    else
      for (const [name, child] of Object.entries(value))
        if (isSchema(child))
          yield* mirroredSchemas(
            child,
            [...here, name],
            keyword === 'properties' && path ? [...path, name] : undefined,
          );
  }
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null;
}
