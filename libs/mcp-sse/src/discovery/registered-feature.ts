import type { McpToolOptions } from '../decorators/mcp-tool.decorator.js';
import type { McpCacheHint } from '../model/cache-hint.js';
import type {
  McpAccess,
  McpPromptDefinition,
  McpResourceDefinition,
  McpToolDefinition,
} from '../model/definitions.js';
import type { McpHandler } from '../model/call.js';
import type { McpTaskSupport } from '../model/tasks/call-tasks.js';
import type { JsonSchema } from '../model/schema-source.js';
import type { CompiledSchema } from '../schema/compiled-schema.js';
import type { MirroredArgument } from './mirrored-arguments.js';
import type { UriTemplate } from './uri-template.js';

interface Registered<Definition> {
  readonly definition: Definition;
  readonly handler: McpHandler;
  /** How long the handler may take, in milliseconds; `limits.handlerMs` unless given. */
  readonly timeoutMs?: number | false;
  /** Where it comes from, for messages: `Class.method of Module`, or that it was added at run time. */
  readonly source: string;
}

export interface RegisteredTool extends Registered<McpToolDefinition> {
  /** The arguments that clients repeat in headers, if there are any. */
  readonly mirrored?: readonly MirroredArgument[];
  readonly output?: CompiledSchema<JsonSchema>;
  /** Whether its calls become tasks. */
  readonly task?: McpTaskSupport;
  /** Whether the handler begins the task. */
  readonly beginsTask?: boolean;
  /** Names of the arguments that the audit trail keeps. */
  readonly audit?: readonly string[];
  /** Most bytes of its result; `limits.maxResultBytes` unless given. */
  readonly maxBytes?: number;
  /** What becomes of a larger result; an error unless given. */
  readonly onTooLarge?: McpToolOptions['onTooLarge'];
}

export interface RegisteredResource extends Registered<McpResourceDefinition> {
  /** Of a URI with variables. */
  readonly template?: UriTemplate;
  /** Of its reads. */
  readonly cache: McpCacheHint;
}

export type RegisteredPrompt = Registered<McpPromptDefinition>;

/** What clients list and call. */
export type RegisteredFeature = RegisteredTool | RegisteredResource | RegisteredPrompt;

/** Completes an argument of a prompt or a variable of a resource template. */
export type RegisteredCompleter = Registered<{ readonly key: string; readonly access: McpAccess }>;

/** The identity of a completer: the prompt or resource template, and the argument or variable. */
export function completerKey(kind: 'prompt' | 'resource', identity: string, argument: string): string {
  return `${kind} ${identity} ${argument}`;
}
