import type { Annotations, Icon, ToolAnnotations } from '@modelcontextprotocol/sdk/types.js';
import type { JsonObjectSchema } from './schema-source.js';

/** Whom a feature is for. Where it says nothing, it is for everyone whom the policy accepts. */
export interface McpAccess {
  /** For everyone whom the guards of the server let in; the policy is not asked. */
  readonly public: boolean;
  /** The principal needs every one of them. */
  readonly scopes: readonly string[];
  /** The principal needs one of them, where there are any. */
  readonly roles: readonly string[];
}

interface Described {
  /** Unique among the server's features of its kind. */
  readonly name: string;
  /** For people; `name` is for the model. */
  readonly title?: string;
  readonly description?: string;
  readonly icons?: readonly Icon[];
  readonly meta?: Readonly<Record<string, unknown>>;
  /** Whom it is for; clients are not told. */
  readonly access: McpAccess;
}

/** A tool as clients see it. */
export interface McpToolDefinition extends Described {
  readonly kind: 'tool';
  readonly inputSchema: JsonObjectSchema;
  readonly outputSchema?: JsonObjectSchema;
  readonly annotations?: ToolAnnotations;
}

/** A resource as clients see it. `uri` is a template (RFC 6570) where it has `{…}`. */
export interface McpResourceDefinition extends Described {
  readonly kind: 'resource';
  readonly uri: string;
  readonly mimeType?: string;
  readonly annotations?: Annotations;
  /** Of the content, in bytes. */
  readonly size?: number;
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

/** What a server offers to clients. */
export type McpDefinition = McpToolDefinition | McpResourceDefinition | McpPromptDefinition;
