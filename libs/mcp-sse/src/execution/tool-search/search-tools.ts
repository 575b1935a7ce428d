import type { ToolAnnotations } from '@modelcontextprotocol/sdk/types.js';
import type { McpToolDefinition } from '../../model/definitions.js';
import type { JsonObjectSchema } from '../../model/schema-source.js';

/** The tools that stand for those that are not listed. */
export const SEARCH_TOOL = 'search_tools';
export const CALL_TOOL = 'call_tool';

/** A longer query says no more, and takes time. */
const MAX_QUERY_LENGTH = 500;
/** Most toolsets that the description names. */
const MAX_TOOLSETS = 30;

// The features that they find and call have rules of their own.
const ACCESS = { public: true, scopes: [], roles: [] } as const;

export const SEARCH_INPUT: JsonObjectSchema = {
  type: 'object',
  properties: {
    query: {
      type: 'string',
      maxLength: MAX_QUERY_LENGTH,
      description:
        'Words that say what the tool does, or names of tools. Without it, the first tools by name are returned.',
    },
  },
};

export const CALL_INPUT: JsonObjectSchema = {
  type: 'object',
  properties: {
    name: { type: 'string', description: `Name of the tool, as ${SEARCH_TOOL} returned it.` },
    arguments: {
      type: 'object',
      description: "Arguments of the tool: an object that fits the tool's inputSchema, not JSON text.",
    },
  },
  required: ['name'],
};

export function isSearchTool({ name }: McpToolDefinition): boolean {
  return name === SEARCH_TOOL || name === CALL_TOOL;
}

/** @param tools those that the client may find */
export function searchTool(tools: readonly McpToolDefinition[]): McpToolDefinition {
  const toolsets = [...new Set(tools.flatMap(({ access }) => access.toolsets ?? []))].toSorted();
  const topics = toolsets.slice(0, MAX_TOOLSETS).join(', ');
  return {
    kind: 'tool',
    name: SEARCH_TOOL,
    title: 'Search tools',
    description:
      'Finds tools of this server by what they do, and returns the best matches with their input schemas. Call one with ' +
      `${CALL_TOOL}. There are ${tools.length} tools, most of which are not listed: search before you say that something ` +
      `cannot be done.${topics && ` Toolsets: ${topics}.`}`,
    inputSchema: SEARCH_INPUT,
    annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
    access: ACCESS,
  };
}

/** @param tools those that the client may call */
export function callTool(tools: readonly McpToolDefinition[]): McpToolDefinition {
  return {
    kind: 'tool',
    name: CALL_TOOL,
    title: 'Call a tool',
    description: `Calls a tool that ${SEARCH_TOOL} has found, as if it were called by its own name.`,
    inputSchema: CALL_INPUT,
    annotations: worstOf(tools),
    access: ACCESS,
  };
}

/** The hints that hold for each of the tools. Missing hints count as the specification says. */
function worstOf(tools: readonly McpToolDefinition[]): ToolAnnotations {
  const hints = tools.map(({ annotations = {} }) => annotations);
  return {
    readOnlyHint: hints.every(({ readOnlyHint = false }) => readOnlyHint),
    destructiveHint: hints.some(
      ({ readOnlyHint = false, destructiveHint = true }) => !readOnlyHint && destructiveHint,
    ),
    idempotentHint: hints.every(
      ({ readOnlyHint = false, idempotentHint = false }) => readOnlyHint || idempotentHint,
    ),
    openWorldHint: hints.some(({ openWorldHint = true }) => openWorldHint),
  };
}
