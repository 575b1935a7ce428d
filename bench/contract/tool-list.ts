import { COUNT, ECHO, FILLER_ARGUMENTS, FILLERS, MODES } from './tools.js';

const { query, limit, tags, exact, mode } = FILLER_ARGUMENTS;

/** The tools in JSON Schema, for servers that accept it. */
export const TOOL_LIST = [
  { ...ECHO, inputSchema: objectOf({ message: { type: 'string' } }) },
  { ...COUNT, inputSchema: { type: 'object', properties: {} } },
  ...FILLERS.map((filler) => ({
    ...filler,
    inputSchema: objectOf({
      query: { type: 'string', description: query },
      limit: { type: 'integer', minimum: 1, maximum: 100, description: limit },
      tags: { type: 'array', items: { type: 'string' }, description: tags },
      exact: { type: 'boolean', description: exact },
      mode: { type: 'string', enum: MODES, description: mode },
    }),
  })),
];

function objectOf(properties: Record<string, object>): object {
  return { type: 'object', properties, required: Object.keys(properties) };
}
