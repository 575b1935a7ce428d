import type { McpTransportName } from '../../model/session-view.js';

/**
 * An entry of the audit trail. It never has a token, a key, the id of a session, the text of an error, or an argument
 * that its tool does not allow. Text of clients is cut at 256 characters.
 */
export interface McpAuditEvent {
  /**
   * What happened. To a session: it began (`connect`), resumed a lost stream (`resume`), lost its stream because the
   * client did not read (`cut`) or its token expired (`expire`), dropped events that it kept for a reconnect (`trim`),
   * was taken over from another node (`adopt`), or ended (`close`). `denial`: a request was refused, over HTTP or in a
   * call. `task`: a task was executed, answered or cancelled. The others: a request was answered.
   */
  readonly type:
    | 'connect'
    | 'resume'
    | 'cut'
    | 'trim'
    | 'expire'
    | 'adopt'
    | 'close'
    | 'initialize'
    | 'call'
    | 'read'
    | 'subscribe'
    | 'prompt'
    | 'complete'
    | 'task'
    | 'denial';
  /** When it ended, in ISO 8601. */
  readonly time: string;
  /** `name` of the server. */
  readonly server: string;
  /** Identifies a request in errors, in the log and as `McpContext.correlationId`. */
  readonly correlationId: string;
  /**
   * `failed`: answered with an error. `input_required`: answered with questions, so the client sends the request again
   * with its user's answers. `task`: answered with a task, whose execution has an entry of its own. `cancelled`: not
   * answered, since the client cancelled it, went away, or its session ended.
   */
  readonly outcome: 'ok' | 'failed' | 'denied' | 'input_required' | 'task' | 'cancelled';

  /** Issuer of the principal, if known. */
  readonly issuer?: string;
  readonly subject?: string;
  readonly tenant?: string;
  /** Address that the request came from, as the HTTP adapter or, if that trusts no proxies, `trustedProxies` tells. */
  readonly address?: string;
  /**
   * The first 16 digits of the SHA-256 of the session's id: enough to follow the session, not enough to use it. Requests
   * of the modern era have no session.
   */
  readonly session?: string;
  readonly transport?: McpTransportName;
  /** Revision of the protocol that the request is made in, if the client said so. */
  readonly protocolVersion?: string;
  /** Name and version of the client program, as it says itself. */
  readonly client?: string;
  readonly clientVersion?: string;

  /** JSON-RPC method. Of a refusal over HTTP: the HTTP method and path. */
  readonly method?: string;
  /** Name of the tool or prompt, as the client sent it. */
  readonly name?: string;
  /** The tool that the call came through, `call_tool`, if it did. `name` is that of the tool called. */
  readonly via?: string;
  /** URI of the resource, as the client sent it. */
  readonly uri?: string;
  /**
   * Of a refusal over HTTP: the headers `Mcp-Method` and `Mcp-Name`. They say what the client asked for, but nothing has
   * compared them with the body.
   */
  readonly claimedMethod?: string;
  readonly claimedName?: string;
  /**
   * The arguments that the tool's `audit` option names. Of an object or array it has only `[object]` or `[3 items]`.
   */
  readonly arguments?: Readonly<Record<string, unknown>>;

  /** HTTP status of a refusal. */
  readonly status?: number;
  /** Code of the JSON-RPC error. */
  readonly code?: number;
  /**
   * Why a session ended or a request was refused; or what became of a result that was too large: `result-too-large`,
   * `result-truncated` or `result-kept`.
   */
  readonly reason?: string;
  /** How long a request took or a session lasted. */
  readonly durationMs?: number;
  /** Size of the message. Each request of a batch has that of the whole batch. */
  readonly requestBytes?: number;
  readonly responseBytes?: number;
}
