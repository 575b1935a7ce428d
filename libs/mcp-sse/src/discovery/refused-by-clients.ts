import type { McpToolDefinition } from '../model/definitions.js';

const TOOL_NAME = /^[a-zA-Z0-9_-]{1,64}$/;
const PROPERTY_NAME = /^[a-zA-Z0-9_.-]{1,64}$/;
const COMBINATORS = ['oneOf', 'anyOf', 'allOf', 'not', 'enum'];

/**
 * What is legal in a tool's definition, but makes known clients or the models behind them refuse it, and often every
 * request that names it. Each is a sentence that says whose rule it is. docs/schemas.md lists the rules.
 */
export function refusedByClients({ name, inputSchema }: McpToolDefinition): string[] {
  const properties = [...propertyNames(inputSchema)].filter((property) => !PROPERTY_NAME.test(property));
  const combinators = COMBINATORS.filter((keyword) => keyword in inputSchema);
  return [
    !TOOL_NAME.test(name) &&
      `is named "${name}": models of OpenAI take names that match ${TOOL_NAME.source} only`,
    properties.length > 0 &&
      `has arguments named ${quoted(properties)}: models of Anthropic take names that match ${PROPERTY_NAME.source} only`,
    combinators.length > 0 &&
      `has an input schema with ${quoted(combinators)} at its root: models of OpenAI and Anthropic take "properties" only`,
  ].filter((sentence) => sentence !== false);
}

/** At every level. */
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
