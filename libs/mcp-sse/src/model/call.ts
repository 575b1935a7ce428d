import type { McpContext } from './mcp-context.js';

/** A call of a tool, a read of a resource or a get of a prompt. */
export interface McpCall {
  readonly kind: 'tool' | 'resource' | 'prompt';
  /** Name of the tool, resource or prompt. */
  readonly name: string;
  /** As the client sent them; for a resource, the variables of its URI template. */
  readonly arguments: Readonly<Record<string, unknown>>;
  /** Of the resource that is read. */
  readonly uri?: string;
  readonly context: McpContext;
}

/** What a feature does: resolves to what the method (or the function registered at run time) returned. */
export type McpHandler = (call: McpCall) => unknown;
