import type { ArgumentsHost } from '@nestjs/common';
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

/** Marks the response that a call of this library has in Nest's pipeline, in each copy of the library. */
export const OWN_CALL = Symbol.for('nestjs-mcp-sse:call');

/**
 * The call that a guard, interceptor or filter runs for. Undefined if it runs for something else, such as a call of
 * another module, whose context may have the type `mcp` too.
 */
export function callOf(host: ArgumentsHost): McpCall | undefined {
  const response = host.getArgByIndex<{ [OWN_CALL]?: true } | null | undefined>(1);
  return response?.[OWN_CALL] ? host.getArgByIndex<McpCall>(3) : undefined;
}
