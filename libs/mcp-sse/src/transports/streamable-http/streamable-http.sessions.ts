import { BadRequestException } from '@nestjs/common';
import { type HttpRequest, rawRequest } from '../../http/raw-request.js';
import { requestPrincipal } from '../../auth/request-principal.js';
import type { ResolvedOptions } from '../../model/resolved-options.js';
import { initializeParams } from '../../protocol/request-params.js';
import type { JsonRpcMessage } from '../../protocol/json-rpc.js';
import type { RemoteSession } from '../../cluster/remote-session.js';
import { McpSession } from '../../sessions/mcp-session.js';
import type { McpSessionService } from '../../sessions/mcp-session.service.js';
import { ReplayBudget } from '../../streaming/replay-budget.js';
import type { MessageIntake } from '../messages/message-intake.js';
import { StreamableHttpOutlet } from './streamable-http.outlet.js';

const SESSION_ID = 'mcp-session-id';
const MISSING = 'The header Mcp-Session-Id is missing. Send the one that the answer to "initialize" had.';

/** A session of this transport, with the way its messages go out. */
export interface StreamableSession {
  readonly session: McpSession;
  readonly outlet: StreamableHttpOutlet;
}

/** Finds and opens the sessions of Streamable HTTP clients. */
export class StreamableHttpSessions {
  constructor(
    private readonly sessions: McpSessionService,
    private readonly intake: MessageIntake,
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

  idOf(request: HttpRequest): string | undefined {
    return rawRequest(request).headers[SESSION_ID] as string | undefined;
  }

  /**
   * @param asks see `MessageIntake.session`
   * @returns the session, which another node may have
   * @throws {BadRequestException}
   * @throws {SessionClosedError}
   * @throws {ClusterUnavailableError}
   */
  find(
    request: HttpRequest,
    asks = false,
  ): StreamableSession | RemoteSession | Promise<StreamableSession | RemoteSession> {
    const found = this.intake.session(request, 'streamable-http', this.idOf(request), MISSING, asks);
    return found instanceof Promise ? found.then(streamable) : streamable(found);
  }

  /**
   * The session that an `initialize` opens.
   *
   * @throws {BadRequestException} for any other message
   * @throws {JsonRpcError} -32602 when its parameters are wrong, so that no session is left without them
   */
  initialize(messages: readonly JsonRpcMessage[], request: HttpRequest): StreamableSession {
    const [message] = messages;
    const isInitialize = message?.kind === 'request' && message.method === 'initialize';
    if (!isInitialize || messages.length > 1) throw new BadRequestException(MISSING);
    initializeParams(message.params);
    return this.open(request);
  }

  /** @throws {SessionLimitError} */
  open(request: HttpRequest): StreamableSession {
    const { http } = this.options;
    const session = this.sessions.open({
      transport: 'streamable-http',
      principal: requestPrincipal(request),
      headers: rawRequest(request).headers,
      params: request.params,
      query: request.query,
      graceMs: http ? http.graceMs : 0,
      isLocal: http && http.stateless,
    });
    return streamable(session);
  }

  close(session: McpSession): void {
    this.sessions.close(session.id, 'client-closed');
  }
}

function streamable(session: McpSession): StreamableSession;
function streamable(session: McpSession | RemoteSession): StreamableSession | RemoteSession;
function streamable(session: McpSession | RemoteSession): StreamableSession | RemoteSession {
  if (!(session instanceof McpSession)) return session;
  return { session, outlet: session.outlet as StreamableHttpOutlet };
}
