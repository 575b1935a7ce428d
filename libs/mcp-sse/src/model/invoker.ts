import type { McpContext } from './mcp-context.js';
import type { SerializedJson } from './serialized-json.js';

/**
 * Answers the requests of the protocol that reach into the application (`tools/call`, `resources/read` …).
 * It knows nothing of HTTP, sessions or revisions of the protocol.
 */
export interface Invoker {
  handles(method: string): boolean;

  /**
   * Resolves to the request's result, or rejects with a `JsonRpcError`; anything else it rejects with is
   * masked.
   *
   * @param params as the client sent them; unchecked
   */
  invoke(
    method: string,
    params: Readonly<Record<string, unknown>>,
    context: McpContext,
  ): Promise<object | SerializedJson>;

  /**
   * Watches a resource for a client that has subscribed to it.
   *
   * @param onUpdate called whenever the content has changed; never, when nothing tells
   * @returns stops watching
   * @throws {JsonRpcError} when there is no such resource, or the client may not read it
   */
  watch(uri: string, context: McpContext, onUpdate: () => void): Promise<() => void>;
}
