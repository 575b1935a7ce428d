import type { McpContext } from './mcp-context.js';

/** A call of a tool, a read of a resource, a get of a prompt or the completion of an argument. */
export interface McpCall {
  readonly kind: 'tool' | 'resource' | 'prompt' | 'completion';
  /** Name of the tool, resource or prompt. */
  readonly name: string;
  /** As the client sent them; for a resource, the variables of its URI template. */
  readonly arguments: Readonly<Record<string, unknown>>;
  /** Of a completion: what the user has typed so far. */
  readonly value?: string;
  /** Of the resource that is read. */
  readonly uri?: string;
  /** Whether the resource is not read, but watched for a client that has subscribed to it. */
  readonly watches?: boolean;
  readonly context: McpContext;
}

/** What a feature does: resolves to what the method (or the function registered at run time) returned. */
export type McpHandler = (call: McpCall) => unknown;
