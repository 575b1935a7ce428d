import type { McpContext } from './mcp-context.js';

/** A call of a tool, the reading of a resource or prompt, or the completion of an argument. */
export interface McpCall {
  readonly kind: 'tool' | 'resource' | 'prompt' | 'completion';
  /** Name of the tool, resource or prompt. */
  readonly name: string;
  /** The arguments as the client sent them. Of a resource, the variables of its URI template. */
  readonly arguments: Readonly<Record<string, unknown>>;
  /** What the user has typed so far, for a completion. */
  readonly value?: string;
  /** URI of the resource, as the client sent it. */
  readonly uri?: string;
  /** Whether the resource is watched for a subscription instead of read. */
  readonly watches?: boolean;
  readonly context: McpContext;
}

/** Runs a feature. Returns, or resolves to, what the decorated method or the function added at run time returned. */
export type McpHandler = (call: McpCall) => unknown;
