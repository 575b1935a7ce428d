import type { McpContext } from './mcp-context.js';
import type { McpSessionView } from './session-view.js';

/** Follows one request for an observer. */
export interface ObservedRequest {
  /** Runs the function that answers the request, for example within an async context of the observer. */
  run?<T>(answer: () => T): T;

  /**
   * Called once, when the request ends.
   *
   * @param outcome the result or the `JsonRpcError`; undefined if the request was cancelled or its session ended
   * @param json the answer; empty if there is none
   */
  end(outcome: object | undefined, json: string): void;
}

/** What messages belong to: a session, or the context of a request that has none. */
export type MessageSource = McpSessionView | McpContext;

/** Observes each message between clients and the server. */
export interface MessageObserver {
  /**
   * Called when messages from a client have been accepted.
   *
   * @param received messages that arrived together, each with the bytes of all
   */
  received(
    source: MessageSource,
    received: readonly { readonly message: object; readonly bytes: number }[],
  ): void;
  /** Called when a message goes to the client or waits for it. */
  sent(source: MessageSource, json: string): void;
  /** Called when missed events are sent again. */
  replayed(session: McpSessionView, events: number): void;
  /** Called when a POST arrives for a session of another node. */
  routed(): void;
}

/** Observes the traffic of a server. Called by the layers that handle it. A request need not have a session. */
export interface TrafficObserver {
  /** Undefined while nobody observes single messages, so that they cost nothing. */
  readonly messages?: MessageObserver;

  /**
   * Called when a request has arrived, after the policy and before any other code of the application.
   *
   * @param params as the client sent them, unchecked; of a call that came through another tool, those of the tool called
   * @param bytes size of the POST's body or of the line that carried the request
   * @param via the tool that it came through, if it did
   * @returns undefined if nobody follows the request
   */
  request(
    method: string,
    params: Readonly<Record<string, unknown>>,
    context: McpContext,
    bytes: number,
    via?: string,
  ): ObservedRequest | undefined;

  /**
   * Called when a route of the module has answered a request (Express's or Fastify's) with an error.
   *
   * @param status the HTTP status
   * @param correlationId the correlation id in the log, if the error was logged
   */
  refusal(request: object, error: unknown, status: number, correlationId?: string): void;
}

/** Injection token of the {@link TrafficObserver}. */
export const TRAFFIC_OBSERVER = Symbol('nestjs-mcp-sse:traffic-observer');
