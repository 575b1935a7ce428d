import type { McpTransportName } from '../../model/session-view.js';

/**
 * An entry of the audit trail. It never has a token, a key, the id of a session, the text of an error, or an argument
 * that its tool does not allow. What a client has chosen is cut at 256 characters.
 */
export interface McpAuditEvent {
  /**
   * What happened: a session began (`connect`), went on after it had lost its stream (`resume`), lost it because its
   * client did not read (`cut`) or because its token expires (`expire`), gave up what it kept for a client that comes
   * back (`trim`), came from a node that is gone (`adopt`), or
   * ended (`close`); a request was answered;
   * or something was refused (`denial`), over HTTP or in a call.
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
    | 'denial';
  /** When it ended, in ISO 8601. */
  readonly time: string;
  /** `name` of the server. */
  readonly server: string;
  /** Of a request: what its error, its log lines and `McpContext.correlationId` say. */
  readonly correlationId: string;
  /** `failed`: answered with an error. `cancelled`: not answered, by the client or because its session ended. */
  readonly outcome: 'ok' | 'failed' | 'denied' | 'cancelled';

  /** Who, if that is known: `iss` of the principal. */
  readonly issuer?: string;
  readonly subject?: string;
  readonly tenant?: string;
  /** Address that the request came from, as the HTTP adapter tells it. */
  readonly address?: string;
  /** The first 16 digits of the SHA-256 of the session's id: enough to follow it, not enough to use it. */
  readonly session?: string;
  readonly transport?: McpTransportName;

  /** JSON-RPC method; of what was refused over HTTP, its method and path. */
  readonly method?: string;
  /** Name of the tool or prompt, as the client sent it. */
  readonly name?: string;
  /** URI of the resource, as the client sent it. */
  readonly uri?: string;
  /** The arguments that the tool's `audit` option names; of an object or array, only what it is. */
  readonly arguments?: Readonly<Record<string, unknown>>;

  /** HTTP status of a refusal. */
  readonly status?: number;
  /** Code of the JSON-RPC error. */
  readonly code?: number;
  /** Why a session ended or something was refused. */
  readonly reason?: string;
  /** How long a request took or a session lasted. */
  readonly durationMs?: number;
  /** Of the message; the requests of a batch have that of the whole. */
  readonly requestBytes?: number;
  readonly responseBytes?: number;
}
