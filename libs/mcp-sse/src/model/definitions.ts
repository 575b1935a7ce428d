import type { Annotations, Icon, ToolAnnotations } from '@modelcontextprotocol/sdk/types.js';
import type { McpAppUi, McpToolUi } from './app-ui.js';
import type { JsonObjectSchema, JsonSchema } from './schema-source.js';

/** Who may see and use a feature. By default, everyone that the policy accepts. */
export interface McpAccess {
  /** Everyone that the server's guards let in. The policy is not asked. */
  readonly public: boolean;
  /** Scopes that the principal must all have. */
  readonly scopes: readonly string[];
  /** If there are any, the principal must have at least one of these roles. */
  readonly roles: readonly string[];
  /** The toolsets that it is part of. Without them it is part of each. */
  readonly toolsets?: readonly string[];
}

interface Described {
  /** Unique among the server's features of its kind. */
  readonly name: string;
  /** Display name. `name` is for the model. */
  readonly title?: string;
  readonly description?: string;
  readonly icons?: readonly Icon[];
  readonly meta?: Readonly<Record<string, unknown>>;
  /** Who may see and use it. Clients are not told. */
  readonly access: McpAccess;
}

/** A tool as clients see it. */
export interface McpToolDefinition extends Described {
  readonly kind: 'tool';
  readonly inputSchema: JsonObjectSchema;
  /** Of any JSON value. Clients of the legacy era see it only if its root describes an object. */
  readonly outputSchema?: JsonSchema;
  readonly annotations?: ToolAnnotations;
  /** Only clients that show apps see it. */
  readonly ui?: McpToolUi;
}

/** A resource as clients see it. A `uri` with `{…}` is a template (RFC 6570). */
export interface McpResourceDefinition extends Described {
  readonly kind: 'resource';
  readonly uri: string;
  readonly mimeType?: string;
  readonly annotations?: Annotations;
  /** Size of the content in bytes. */
  readonly size?: number;
  /** Of an app. */
  readonly ui?: McpAppUi;
}

export interface McpPromptArgument {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly required?: boolean;
}

/** A prompt as clients see it. */
export interface McpPromptDefinition extends Described {
  readonly kind: 'prompt';
  readonly arguments: readonly McpPromptArgument[];
}

/** A tool, resource or prompt that a server offers. */
export type McpDefinition = McpToolDefinition | McpResourceDefinition | McpPromptDefinition;
