import type { McpAppOptions } from '../decorators/mcp-app.decorator.js';
import type { McpPromptOptions } from '../decorators/mcp-prompt.decorator.js';
import type { McpResourceOptions } from '../decorators/mcp-resource.decorator.js';
import type { McpToolOptions } from '../decorators/mcp-tool.decorator.js';
import type { McpCacheHint } from '../model/cache-hint.js';
import type { McpAccess, McpPromptArgument } from '../model/definitions.js';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import type { JsonObjectSchema, McpOutputSource, McpSchemaSource } from '../model/schema-source.js';
import { compileSchema } from '../schema/compile-schema.js';
import type { CompiledSchema } from '../schema/compiled-schema.js';
import { APP_MIME_TYPE } from '../model/apps.js';
import { appUi, toolUi } from './app-rules.js';
import { assertToolName } from './client-rules.js';
import { mirroredArguments } from './mirrored-arguments.js';
import { assertResultOptions, metaWithSize } from './result-options.js';
import type { RegisteredPrompt, RegisteredResource, RegisteredTool } from './registered-feature.js';
import { UriTemplate } from './uri-template.js';

/** A feature as a decorator or the application at run time declares it. */
export interface Declaration<Options> {
  readonly options: Options;
  /** The name for options without one. */
  readonly defaultName: string;
  readonly access: McpAccess;
  /** `Class.method` or `addTool("name")`, for messages. */
  readonly where: string;
  /** The name that a message about duplicates gives. */
  readonly source: string;
}

/** A feature before it has a handler, and the schema that its handler checks arguments with. */
export type Recipe<Feature> = Omit<Feature, 'handler'> & { readonly schema?: CompiledSchema };

/**
 * The schema of a tool without arguments. What some clients send to such a tool nonetheless is accepted and dropped.
 */
export const NO_ARGUMENTS: JsonObjectSchema = { type: 'object', properties: {}, additionalProperties: false };

/** The schema of a tool that does not describe its arguments. */
export const ANY_ARGUMENTS: JsonObjectSchema = { type: 'object', properties: {} };

/** @throws {McpConfigurationError} when both names of the option are given */
export function declaredInput(options: McpToolOptions, where: string): McpSchemaSource | undefined {
  if (options.input && options.inputSchema) throw givenTwice('input', 'inputSchema', where);
  return options.input ?? options.inputSchema;
}

function declaredOutput(options: McpToolOptions, where: string): McpOutputSource | undefined {
  if (options.output && options.outputSchema) throw givenTwice('output', 'outputSchema', where);
  return options.output ?? options.outputSchema;
}

function givenTwice(option: string, otherName: string, where: string): McpConfigurationError {
  return new McpConfigurationError(
    `${where}: "${option}" and "${otherName}" are two names of one option. Give one of them.`,
  );
}

/**
 * @param input the source of the arguments' schema
 * @param undescribed the schema that clients see without one
 * @throws {McpConfigurationError}
 * @throws {McpSchemaError}
 */
export function toolRecipe(
  { options, defaultName, access, where, source }: Declaration<McpToolOptions>,
  input: McpSchemaSource | undefined,
  undescribed: JsonObjectSchema,
): Recipe<RegisteredTool> {
  const { name = defaultName, title, description, annotations, icons, audit, timeoutMs } = options;
  const { maxBytes, onTooLarge, task, beginsTask } = options;
  assertTask(options, where);
  assertToolName(name, where);
  const schema = input && compileSchema(input, `${where} (input)`, 'input');
  const declared = declaredOutput(options, where);
  const output = declared && compileSchema(declared, `${where} (output)`, 'output');
  assertResultOptions(options, output !== undefined, where);
  const inputSchema = schema?.jsonSchema ?? undescribed;
  const mirrored = mirroredArguments(name, inputSchema, where);
  const definition = {
    kind: 'tool',
    name,
    title,
    description,
    inputSchema,
    outputSchema: output?.jsonSchema,
    annotations,
    icons,
    ui: toolUi(options, where),
    meta: metaWithSize(options),
    access,
  } as const;
  return {
    definition,
    schema,
    output,
    mirrored,
    audit,
    task,
    beginsTask,
    timeoutMs,
    maxBytes,
    onTooLarge,
    source,
  };
}

/** @throws {McpConfigurationError} */
function assertTask({ task, beginsTask }: McpToolOptions, where: string): void {
  if (task !== undefined && task !== 'optional' && task !== 'required')
    throw new McpConfigurationError(
      `${where}: "task" is ${String(task)}, but must be 'optional' or 'required'.`,
    );
  if (beginsTask && !task)
    throw new McpConfigurationError(
      `${where}: "beginsTask" needs "task": say whether clients without tasks can call the tool ('optional') or not ('required').`,
    );
}

/**
 * @param cache of its reads
 * @param variables the source of the schema of the template's variables
 * @throws {McpConfigurationError} when the URI is neither a URI nor a template
 * @throws {McpSchemaError}
 */
export function resourceRecipe(
  { options, defaultName, access, where, source }: Declaration<McpResourceOptions>,
  cache: McpCacheHint,
  variables?: McpSchemaSource,
): Recipe<RegisteredResource> {
  const {
    name = defaultName,
    uri,
    title,
    description,
    mimeType,
    annotations,
    icons,
    size,
    meta,
    timeoutMs,
  } = options;
  const template = uriTemplate(uri, where);
  const schema = variables && compileSchema(variables, `${where} (variables)`, 'input');
  const definition = {
    kind: 'resource',
    name,
    uri,
    title,
    description,
    mimeType,
    annotations,
    icons,
    size,
    meta,
    access,
  } as const;
  return { definition, template, schema, timeoutMs, cache, source };
}

/**
 * @param cache of its reads
 * @throws {McpConfigurationError}
 */
export function appRecipe(
  declaration: Declaration<McpAppOptions>,
  cache: McpCacheHint,
): Recipe<RegisteredResource> {
  const { options, where } = declaration;
  const ui = appUi(options, where);
  const recipe = resourceRecipe({ ...declaration, options: { ...options, mimeType: APP_MIME_TYPE } }, cache);
  return { ...recipe, definition: { ...recipe.definition, ui } };
}

/**
 * @param args the source of the arguments' schema
 * @throws {McpSchemaError}
 */
export function promptRecipe(
  { options, defaultName, access, where, source }: Declaration<McpPromptOptions>,
  args?: McpSchemaSource,
): Recipe<RegisteredPrompt> {
  const { name = defaultName, title, description, icons, meta, timeoutMs } = options;
  const schema = args && compileSchema(args, `${where} (args)`, 'input');
  const definition = {
    kind: 'prompt',
    name,
    title,
    description,
    arguments: schema ? promptArguments(schema.jsonSchema) : [],
    icons,
    meta,
    access,
  } as const;
  return { definition, schema, timeoutMs, source };
}

function uriTemplate(uri: string, where: string): UriTemplate | undefined {
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
