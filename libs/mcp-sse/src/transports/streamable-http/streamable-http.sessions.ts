import { BadRequestException } from '@nestjs/common';
import { type HttpRequest, rawRequest } from '../../http/raw-request.js';
import { requestPrincipal } from '../../auth/request-principal.js';
import type { ResolvedOptions } from '../../model/resolved-options.js';
import { initializeParams } from '../../protocol/request-params.js';
import type { JsonRpcMessage } from '../../protocol/json-rpc.js';
import type { RemoteSession } from '../../cluster/remote-session.js';
import type { McpSession } from '../../sessions/mcp-session.js';
import type { McpSessionService } from '../../sessions/mcp-session.service.js';
import { ReplayBudget } from '../../streaming/replay-budget.js';
import type { SessionFinder } from '../messages/session-finder.js';
import { StreamableHttpOutlet } from './streamable-http.outlet.js';

const SESSION_ID = 'mcp-session-id';
/** The error for a client that sent no session id where it needs one. */
export const MISSING_ID =
  'The header Mcp-Session-Id is missing. Send the one that the answer to "initialize" had.';

/** Finds and opens the sessions of Streamable HTTP clients. */
export class StreamableHttpSessions {
  constructor(
    private readonly sessions: McpSessionService,
    private readonly finder: SessionFinder,
    private readonly options: ResolvedOptions,
  ) {
    const { sse, replay } = options;
    sessions.serveTransport(
      'streamable-http',
      (id, memory, journal) =>
        new StreamableHttpOutlet(
          id,
          sessions.streamOptions(id, sse, journal),
          new ReplayBudget(replay, memory),
        ),
    );
  }

  /**
   * @param asks see `SessionFinder.find`
   * @throws as `SessionFinder.find` does
   */
  find(request: HttpRequest, asks = false): McpSession | RemoteSession | Promise<McpSession | RemoteSession> {
    return this.finder.find(request, 'streamable-http', sessionIdOf(request), MISSING_ID, asks);
  }

  /**
   * Opens the session of an `initialize`.
   *
   * @throws {BadRequestException} for any other message
   * @throws {JsonRpcError} -32602 when its parameters are wrong, so that no session is left without them
   */
  initialize(messages: readonly JsonRpcMessage[], request: HttpRequest): McpSession {
    const [message] = messages;
    const isInitialize = message?.kind === 'request' && message.method === 'initialize';
    if (!isInitialize || messages.length > 1) throw new BadRequestException(MISSING_ID);
    initializeParams(message.params);
    return this.open(request);
  }

  /** @throws {SessionLimitError} */
  open(request: HttpRequest): McpSession {
    const { http } = this.options;
    return this.sessions.open({
      transport: 'streamable-http',
      principal: requestPrincipal(request),
      headers: rawRequest(request).headers,
      params: request.params,
      query: request.query,
      graceMs: http ? http.graceMs : 0,
      isLocal: http && http.stateless,
    });
  }

  close(session: McpSession): void {
    this.sessions.close(session.id, 'client-closed');
  }
}

/** The session id in the header of a request, if it has one. */
export function sessionIdOf(request: HttpRequest): string | undefined {
  return rawRequest(request).headers[SESSION_ID] as string | undefined;
}

/** The outlet of a session of this transport. */
export function outletOf({ outlet }: McpSession): StreamableHttpOutlet {
  return outlet as StreamableHttpOutlet;
}
