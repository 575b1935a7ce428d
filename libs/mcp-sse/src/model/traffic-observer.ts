import type { McpContext } from './mcp-context.js';
import type { McpSessionView } from './session-view.js';

/** One request, as an observer follows it. */
export interface ObservedRequest {
  /** Runs what answers it, such as within a context of the observer's own. */
  run?<T>(answer: () => T): T;

  /**
   * Called once with how it ended.
   *
   * @param outcome its result, or the `JsonRpcError` that it was answered with; undefined when it has no answer,
   *   since it was cancelled or its session ended
   * @param json of the answer; empty when there is none
   */
  end(outcome: object | undefined, json: string): void;
}

/** Is told of each message between a client and its session. */
export interface MessageObserver {
  /**
   * Messages of the client have been accepted.
   *
   * @param received what came together, each with the bytes of the whole
   */
  received(
    session: McpSessionView,
    received: readonly { readonly message: object; readonly bytes: number }[],
  ): void;
  /** A message goes to the client, or waits for it. */
  sent(session: McpSessionView, json: string): void;
  /** Events that a client has missed are sent once more. */
  replayed(session: McpSessionView, events: number): void;
  /** A POST came here whose session another node has. */
  routed(): void;
}

/** Is told of what goes through the server, by the layers that see it. */
export interface TrafficObserver {
  /** Undefined while nobody wants to know of single messages: looking is all that they cost then. */
  readonly messages?: MessageObserver;

  /**
   * A request has come, and nothing of the application has seen it yet but its policy.
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
  ): ObservedRequest | undefined;

  /**
   * A route of the module has answered a request (Express's or Fastify's) with an error.
   *
   * @param status of HTTP
   * @param correlationId what the log of the error says, if it was logged
   */
  refusal(request: object, error: unknown, status: number, correlationId?: string): void;
}

/** Injection token of the {@link TrafficObserver}. */
export const TRAFFIC_OBSERVER = Symbol('nestjs-mcp-sse:traffic-observer');
