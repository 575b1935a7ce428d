import type { McpContext } from './mcp-context.js';
import type { SerializedJson } from './serialized-json.js';

/** Which of the server's features exist; they become the capabilities that `initialize` declares. */
export interface Features {
  readonly tools: boolean;
  readonly resources: boolean;
  readonly prompts: boolean;
}

/**
 * Answers the requests of the protocol that reach into the application (`tools/call`, `resources/read` …).
 * It knows nothing of HTTP, sessions or revisions of the protocol.
 */
export interface Invoker {
  readonly features: Features;

  handles(method: string): boolean;

  /**
   * Resolves to the request's result, or rejects with an `McpError` that is safe to send.
   *
   * @param params as the client sent them; unchecked
   */
  invoke(
    method: string,
    params: Readonly<Record<string, unknown>>,
    context: McpContext,
  ): Promise<object | SerializedJson>;
}
