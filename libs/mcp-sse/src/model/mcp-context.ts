import type { IncomingHttpHeaders } from 'node:http';
import type {
  ClientCapabilities,
  CreateMessageRequestParamsBase,
  CreateMessageResult,
  Implementation,
  LoggingLevel,
  RequestId,
} from '@modelcontextprotocol/sdk/types.js';
import type { ClientRequestOptions, ClientRequests } from './client-requests.js';
import type { McpPrincipal } from './principal.js';
import type { McpSessionView } from './session-view.js';

/**
 * Sends `notifications/message` to the client of the running request, when the client asked for that level
 * (`logging/setLevel`; until then every level is sent).
 */
export type McpLog = Readonly<Record<LoggingLevel, (data: unknown, logger?: string) => void>>;

/**
 * What a handler knows of the request that it answers. The values that the `contextFactory` option returns
 * are members too; declare them by augmenting this class:
 *
 * ```ts
 * declare module 'nestjs-mcp-sse' {
 *   interface McpContext { region: string }
 * }
 * ```
 */
export abstract class McpContext implements ClientRequests {
  /** The session that the request was made in. A request of a stateless revision has none. */
  abstract readonly session?: McpSessionView;
  abstract readonly principal: McpPrincipal;
  /** The JSON-RPC id of the request. */
  abstract readonly requestId: RequestId;
  /** Names the request in the log, in a masked error and in the audit trail. */
  abstract readonly correlationId: string;
  /** The HTTP request (Express's or Fastify's) that carried the message. */
  abstract readonly request: unknown;
  /**
   * Headers of the POST that carried the message, the caller's token and cookies among them. Those are meant for this
   * server: never send them to another one. `docs/upstream.md` says how to call other services.
   */
  abstract readonly headers: IncomingHttpHeaders;
  /** Headers of the GET that opened the session's stream. */
  abstract readonly streamHeaders: IncomingHttpHeaders;
  /**
   * Query of the GET that opened the session's stream, as the HTTP adapter parses it; over Streamable HTTP, of the POST
   * that opened the session. After another node has taken over the session, what `sse.endpointQuery` and `stored.query` name.
   */
  abstract readonly streamQuery: Readonly<Record<string, unknown>>;
  /** Parameters of the route, such as `tenant` in `/:tenant/sse`. */
  abstract readonly params: Readonly<Record<string, string>>;
  /** Aborts when the client cancels the request or the session ends. */
  abstract readonly signal: AbortSignal;
  abstract readonly log: McpLog;
  abstract readonly protocolVersion?: string;
  abstract readonly clientInfo?: Implementation;
  abstract readonly clientCapabilities?: ClientCapabilities;

  /**
   * Sends `notifications/progress` when the client asked for progress, else does nothing.
   *
   * @param done how far the work is; each call must report more than the one before
   * @param total what `done` will be at the end, if that is known
   */
  abstract progress(done: number, total?: number, message?: string): void;

  /** Sends a notification that belongs to this request. */
  abstract notify(method: string, params?: Record<string, unknown>): void;

  abstract sample(
    params: CreateMessageRequestParamsBase,
    options?: ClientRequestOptions,
  ): Promise<CreateMessageResult>;
  abstract sample(...args: Parameters<ClientRequests['sample']>): ReturnType<ClientRequests['sample']>;
  abstract elicit(...args: Parameters<ClientRequests['elicit']>): ReturnType<ClientRequests['elicit']>;
  abstract listRoots(
    ...args: Parameters<ClientRequests['listRoots']>
  ): ReturnType<ClientRequests['listRoots']>;

  /**
   * Ends the stream that carries this request's messages, without ending the request: the client comes back
   * for the rest after `retryMs`, which is `http.retryMs` unless given. Does nothing where the transport has no such stream
   * (Streamable HTTP from 2025-11-25 has).
   */
  abstract closeStream(retryMs?: number): void;
}
