import type { McpContext } from './mcp-context.js';

/**
 * Called once with how a request ended.
 *
 * @param outcome its result, or the `JsonRpcError` that it was answered with; undefined when it has no answer,
 *   since it was cancelled or its session ended
 * @param json of the answer; empty when there is none
 */
export type RequestEnd = (outcome: object | undefined, json: string) => void;

/** Is told of what goes through the server, by the layers that see it. */
export interface TrafficObserver {
  /**
   * A request has come, and nothing of the application has seen it yet.
   *
   * @param params as the client sent them; unchecked
   * @param bytes of the message that carried it
   * @returns undefined when nobody wants to know
   */
  request(
    method: string,
    params: Readonly<Record<string, unknown>>,
    context: McpContext,
    bytes: number,
  ): RequestEnd | undefined;

  /**
   * A route of the module has answered a request (Express's or Fastify's) with an error.
   *
   * @param status of HTTP
   */
  refusal(request: object, error: unknown, status: number): void;
}

/** Injection token of the {@link TrafficObserver}. */
export const TRAFFIC_OBSERVER = Symbol('nestjs-mcp-sse:traffic-observer');
