import type { McpContext } from './mcp-context.js';

/** A tool call, the reading of a resource or prompt, or the completion of an argument. */
export interface McpCall {
  readonly kind: 'tool' | 'resource' | 'prompt' | 'completion';
  /** Name of the tool, resource or prompt. */
  readonly name: string;
  /** The arguments as the client sent them; for a resource, the variables of its URI template. */
  readonly arguments: Readonly<Record<string, unknown>>;
  /** For a completion, the text that the user has typed so far. */
  readonly value?: string;
  /** URI of the resource, as the client sent it. */
  readonly uri?: string;
  /** Whether the resource is watched for a subscription instead of read. */
  readonly watches?: boolean;
  readonly context: McpContext;
}

/** Runs a feature. Returns the return value of the decorated method or registered function, or a promise of it. */
export type McpHandler = (call: McpCall) => unknown;
