import type { McpPromptOptions } from '../decorators/mcp-prompt.decorator.js';
import type { McpResourceOptions } from '../decorators/mcp-resource.decorator.js';
import type { McpToolOptions } from '../decorators/mcp-tool.decorator.js';
import type { McpAccess } from '../model/access.js';
import type {
  McpPromptArgument,
  McpPromptDefinition,
  McpResourceDefinition,
  McpToolDefinition,
} from '../model/definitions.js';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import type { JsonObjectSchema } from '../model/json-schema.js';
import type { CompiledSchema } from '../schema/compiled-schema.js';
import { UriTemplate } from './uri-template.js';

/**
 * Schema of the arguments of a tool that takes none. It is there to be read: some clients send an argument of
 * their own making to such a tool, and it reaches nobody.
 */
export const NO_ARGUMENTS: JsonObjectSchema = { type: 'object', properties: {}, additionalProperties: false };

/** Schema of the arguments of a tool that says nothing of them. */
export const ANY_ARGUMENTS: JsonObjectSchema = { type: 'object', properties: {} };

export function toolDefinition(
  { name, title, description, annotations, icons, meta }: McpToolOptions,
  defaultName: string,
  access: McpAccess,
  inputSchema: JsonObjectSchema,
  output?: CompiledSchema,
): McpToolDefinition {
  return {
    kind: 'tool',
    name: name ?? defaultName,
    title,
    description,
    inputSchema,
    outputSchema: output?.jsonSchema,
    annotations,
    icons,
    meta,
    access,
  };
}

export function resourceDefinition(
  { name, uri, title, description, mimeType, annotations, icons, size, meta }: McpResourceOptions,
  defaultName: string,
  access: McpAccess,
): McpResourceDefinition {
  return {
    kind: 'resource',
    name: name ?? defaultName,
    uri,
    title,
    description,
    mimeType,
    annotations,
    icons,
    size,
    meta,
    access,
  };
}

export function promptDefinition(
  { name, title, description, icons, meta }: McpPromptOptions,
  defaultName: string,
  access: McpAccess,
  args?: CompiledSchema,
): McpPromptDefinition {
  return {
    kind: 'prompt',
    name: name ?? defaultName,
    title,
    description,
    arguments: args ? promptArguments(args.jsonSchema) : [],
    icons,
    meta,
    access,
  };
}

/** @throws {McpConfigurationError} when the URI is neither a URI nor a template */
export function uriTemplate(uri: string, where: string): UriTemplate | undefined {
  try {
    if (uri.includes('{')) return new UriTemplate(uri);
    void new URL(uri);
    return undefined;
  } catch (error) {
    throw new McpConfigurationError(
      `${where}: "${uri}" is not a URI with a scheme, nor a template of one (RFC 6570): ${(error as Error).message}`,
    );
  }
}

function promptArguments({ properties = {}, required = [] }: JsonObjectSchema): McpPromptArgument[] {
  return Object.entries(properties).map(([name, property]) => {
    const { title, description } = property as { title?: string; description?: string };
    return { name, title, description, required: required.includes(name) };
  });
}
