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
import type { McpSessionView, McpTransportName } from './session-view.js';
import { brand } from './copies.js';

/**
 * A family of protocol revisions that shares a wire. In the legacy era (to 2025-11-25) a client opens a session by
 * `initialize`; in the modern one (from 2026-07-28) each request stands for itself.
 */
export type McpEra = 'legacy' | 'modern';

/**
 * Sends `notifications/message` to the client of the running request, if the client wants that level. In the legacy era
 * it gets every level until it sets one by `logging/setLevel`; in the modern one it gets none unless the request names one.
 */
export type McpLog = Readonly<Record<LoggingLevel, (data: unknown, logger?: string) => void>>;

/**
 * The request that a handler answers, and ways to reach its client. Also has the members of the object that the
 * `contextFactory` option returns. Declare them by augmenting this class:
 *
 * ```ts
 * declare module 'nestjs-mcp-sse' {
 *   interface McpContext { region: string }
 * }
 * ```
 */
export abstract class McpContext implements ClientRequests {
  static {
    brand(this, 'McpContext');
  }

  /** The era of the protocol revision that the request is made in. */
  abstract readonly era: McpEra;
  /** The session of the request. There is none in the modern era. */
  abstract readonly session?: McpSessionView | undefined;
  /** What carried the request. */
  abstract readonly transport: McpTransportName;
  abstract readonly principal: McpPrincipal;
  /** The JSON-RPC id of the request. */
  abstract readonly requestId: RequestId;
  /** Identifies the request in the log, in masked errors and in the audit trail. */
  abstract readonly correlationId: string;
  /** The HTTP request (Express's or Fastify's) that carried the message. */
  abstract readonly request: unknown;
  /**
   * Headers of the POST that carried the message, including the caller's token and cookies. Never send these to another
   * server. `docs/upstream.md` shows how to call other services.
   */
  abstract readonly headers: IncomingHttpHeaders;
  /** Headers of the GET that opened the session's stream; those of the POST where there is no session. */
  abstract readonly streamHeaders: IncomingHttpHeaders;
  /**
   * Query of the GET that opened the session's stream, as the HTTP adapter parses it; over Streamable HTTP, of the POST
   * that opened the session. After another node has taken over the session, only the parameters that
   * `sse.endpointQuery` and `stored.query` name. Empty where there is no session: `request` has the query.
   */
  abstract readonly streamQuery: Readonly<Record<string, unknown>>;
  /** Parameters of the route, such as `tenant` in `/:tenant/sse`. */
  abstract readonly params: Readonly<Record<string, string>>;
  /**
   * Aborts when the client cancels the request, the session ends, or the handler takes too long; where there is no
   * session, also when the client disconnects.
   */
  abstract readonly signal: AbortSignal;
  abstract readonly log: McpLog;
  /** The revision of the session, or of the request where there is no session. */
  abstract readonly protocolVersion?: string | undefined;
  abstract readonly clientInfo?: Implementation | undefined;
  abstract readonly clientCapabilities?: ClientCapabilities | undefined;

  /**
   * Whether the client has declared an extension of MCP, such as `io.modelcontextprotocol/ui`. Its settings are in
   * `clientCapabilities.extensions`.
   */
  abstract clientSupports(extension: string): boolean;

  /**
   * Sends `notifications/progress` if the client asked for progress.
   *
   * @param done the progress so far. Ignored unless it is more than before
   * @param total the value of `done` at the end, if known
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
   * Runs a step once, however often the handler runs because it asks its client. Later runs get the result of the first,
   * which the client carries sealed, so keep it small. A step that fails runs again. Where a handler runs once anyway, the
   * step just runs.
   *
   * The question that ends a run rolls back a transaction around the handler, and what a step wrote in it. Commit in the
   * step.
   *
   * @param key tells the step from others of the handler
   * @param step returns plain data. You get it back as JSON carries it: a Date becomes a string
   * @throws {TypeError} when the key is used twice, or the result has no JSON
   */
  abstract once<T>(key: string, step: () => T | Promise<T>): Promise<T>;

  /**
   * Goes on as a task, in a tool with `beginsTask`: the run ends here, its client gets the handle of a task, and the handler
   * runs again from its start, in the task, with the answers and steps so far. Resolves at once in the task, and where the
   * call stays a plain one. Await it, and ask what must be known before by then.
   */
  abstract beginTask(): Promise<void>;

  /**
   * Ends the stream that carries this request's messages, but not the request. The client reconnects for the rest after
   * `retryMs` milliseconds, by default `http.retryMs`. Works over Streamable HTTP from revision 2025-11-25; has no effect
   * elsewhere.
   */
  abstract closeStream(retryMs?: number): void;
}
