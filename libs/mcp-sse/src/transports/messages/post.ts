import type { RemoteSession } from '../../cluster/remote-session.js';
import type { HttpRequest } from '../../http/raw-request.js';
import type { McpTransportName } from '../../model/session-view.js';
import type { JsonRpcMessage } from '../../protocol/json-rpc.js';
import type { McpSession } from '../../sessions/mcp-session.js';

/** Messages of a POST on their way to a session, of this node or of another one. */
export interface Delivery {
  readonly request: HttpRequest;
  /** The stream that carries the answers; undefined if the response to the POST does. */
  readonly stream?: number;

  /** The session takes the messages: prepares the answer. None of them has been answered yet. */
  taken(session: McpSession, messages: readonly JsonRpcMessage[]): void;

  /**
   * Has the node that owns the session take the messages, and answers the POST.
   *
   * @param bytes of the body
   * @param resent whether this node may have written them to the log while it owned the session
   * @param begun whether it may have begun to carry them out
   */
  relay(
    session: RemoteSession,
    messages: readonly JsonRpcMessage[],
    bytes: number,
    resent: boolean,
    begun?: boolean,
  ): Promise<void>;
}

/** One POST, as its transport reads and answers it. */
export interface Post extends Delivery {
  readonly transport: McpTransportName;
  /** The id of the session, as the client sent it. */
  readonly sessionId: unknown;
  /** The error for a client that sent no id. */
  readonly missingId: string;

  /**
   * Whether the body may be a batch.
   *
   * @param session undefined for a POST that opens one
   * @param json the body as parsed, of any shape
   * @throws {BadRequestException} for a revision that is not served
   */
  allowsBatch(session: McpSession | RemoteSession | undefined, json: unknown): boolean;

  /** The response to a message of the modern era. Undefined if the transport serves the legacy one only. */
  readonly statelessResponse?: unknown;

  /** Opens the session of a POST without an id. Undefined if each POST needs one. */
  open?(messages: readonly JsonRpcMessage[]): McpSession;
}
