import type { McpToolDefinition } from '../model/definitions.js';
import type { JsonObjectSchema } from '../model/schema-source.js';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';

/** The specification's rule. */
const TOOL_NAME = /^[A-Za-z0-9_.-]{1,128}$/;
const OPENAI_TOOL_NAME = /^[a-zA-Z0-9_-]{1,64}$/;
const ANTHROPIC_PROPERTY_NAME = /^[a-zA-Z0-9_.-]{1,64}$/;
const COMBINATORS = ['oneOf', 'anyOf', 'allOf', 'not', 'enum'];

/**
 * @param where the tool is declared, for the message
 * @throws {McpConfigurationError}
 * @see https://modelcontextprotocol.io/specification/2025-11-25/server/tools#tool-names
 */
export function assertToolName(name: string, where: string): void {
  if (!TOOL_NAME.test(name))
    throw new McpConfigurationError(
      `${where}: a tool cannot be called ${JSON.stringify(name)}. Give it a "name" of 1 to 128 characters: ` +
        `ASCII letters, digits, "_", "-" and "."; "title" is free, and people read that.`,
    );
}

/**
 * Warnings about a tool that the specification allows, but that known clients or models refuse, often together with
 * every request that names it. Each sentence names the rule's owner. docs/schemas.md lists the rules.
 */
export function refusedByClients({ name, inputSchema }: McpToolDefinition): string[] {
  const properties = refusedNames(inputSchema);
  const combinators = COMBINATORS.filter((keyword) => keyword in inputSchema);
  return [
    !OPENAI_TOOL_NAME.test(name) &&
      `is named "${name}": models of OpenAI take names that match ${OPENAI_TOOL_NAME.source} only`,
    properties.length > 0 &&
      `has arguments named ${quoted(properties)}: models of Anthropic take names that match ${ANTHROPIC_PROPERTY_NAME.source} only`,
    combinators.length > 0 &&
      `has an input schema with ${quoted(combinators)} at its root: models of OpenAI and Anthropic take "properties" only`,
  ].filter((sentence) => sentence !== false);
}

/** By schema: tools that take the same class share it. */
const knownNames = new WeakMap<JsonObjectSchema, readonly string[]>();

/** The names of properties, at every level of a schema, that models of Anthropic do not take. */
function refusedNames(schema: JsonObjectSchema): readonly string[] {
  const known = knownNames.get(schema);
  if (known) return known;
  const refused = [...propertyNames(schema)].filter((property) => !ANTHROPIC_PROPERTY_NAME.test(property));
  knownNames.set(schema, refused);
  return refused;
}

/** The names of properties at every level of a schema. */
function propertyNames(schema: unknown, names = new Set<string>()): Set<string> {
  if (typeof schema !== 'object' || schema === null) return names;
  for (const [keyword, value] of Object.entries(schema) as [string, unknown][]) {
    if (keyword === 'properties') for (const name of Object.keys(value as object)) names.add(name);
    const children =
      keyword === 'properties' || keyword === '$defs' ? Object.values(value as object) : [value];
    for (const child of children) propertyNames(child, names);
  }
  return names;
}

function quoted(names: readonly string[]): string {
  return names.map((name) => JSON.stringify(name)).join(', ');
}
