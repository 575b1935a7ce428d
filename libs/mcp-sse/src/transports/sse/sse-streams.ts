import { NEVER, type Observable } from 'rxjs';
import { type HttpRequest, rawRequest } from '../../http/raw-request.js';
import { requestPrincipal } from '../../auth/request-principal.js';
import type { ResolvedOptions } from '../../model/resolved-options.js';
import { retryWhileUnavailable } from '../../cluster/remote-session.js';
import { SessionClosedError } from '../../sessions/session.errors.js';
import { McpSession } from '../../sessions/mcp-session.js';
import type { McpSessionService } from '../../sessions/mcp-session.service.js';
import { positionOfEventId, sessionOfEventId, type StreamItem } from '../../streaming/stream-event.js';
import { ReplayBudget } from '../../streaming/replay-budget.js';
import { relayedClient } from '../relay/relayed-origin.js';
import { RelayStream } from '../relay/relay-stream.js';
import { rawResponse } from '../../http/raw-response.js';
import { ResponseSink } from '../../http/response-sink.js';
import type { SessionFinder } from '../messages/session-finder.js';
import type { EndpointUrl } from './endpoint-url.js';
import { SseOutlet } from './sse.outlet.js';

type EventStream = Observable<StreamItem>;

/** Opens the sessions of HTTP+SSE clients, and resumes the streams that they lost. */
export class SseStreams {
  constructor(
    private readonly sessions: McpSessionService,
    private readonly finder: SessionFinder,
    private readonly endpoint: EndpointUrl,
    private readonly options: Pick<ResolvedOptions, 'sse' | 'replay'>,
  ) {
    const { sse, replay } = options;
    sessions.serveTransport(
      'sse',
      (id, memory, journal) =>
        new SseOutlet(id, sessions.streamOptions(id, sse, journal), new ReplayBudget(replay, memory)),
    );
  }

  /**
   * Resumes the stream that the request's `Last-Event-ID` names, or opens a new session: an EventSource gives up on any
   * answer but a stream. Nothing is opened for a client that has left.
   *
   * @throws {SessionLimitError}
   * @throws {ShuttingDownError}
   * @throws {ClusterUnavailableError}
   */
  open(request: HttpRequest, response: unknown): EventStream | Promise<EventStream> {
    const lastEventId = rawRequest(request).headers['last-event-id'];
    const sessionId = typeof lastEventId === 'string' ? sessionOfEventId(lastEventId) : undefined;
    if (sessionId && this.sessions.isShared)
      return this.resumeAnywhere(sessionId, lastEventId as string, request, response);
    return this.openHere(sessionId, lastEventId as string, request, response);
  }

  private openHere(
    sessionId: string | undefined,
    lastEventId: string,
    request: HttpRequest,
    response: unknown,
  ): EventStream {
    if (hasLeft(response)) return NEVER;
    const session = sessionId && this.finder.own(request, 'sse', sessionId);
    const resumed = session && this.resume(session, lastEventId, request, response);
    return resumed || this.start(request, response);
  }

  private resume(
    session: McpSession,
    lastEventId: string,
    request: HttpRequest,
    response: unknown,
  ): ReturnType<SseOutlet['resume']> {
    const outlet = session.outlet as SseOutlet;
    const stream = outlet.resume(lastEventId, ...this.reading(session, request, response));
    if (stream) this.sessions.resumed(session, rawRequest(request).headers, request.query);
    return stream;
  }

  /** The stream of a session of any node. */
  private async resumeAnywhere(
    sessionId: string,
    lastEventId: string,
    request: HttpRequest,
    response: unknown,
  ): Promise<EventStream> {
    const position = positionOfEventId(lastEventId);
    try {
      const session = await retryWhileUnavailable(async () =>
        this.finder.find(request, 'sse', sessionId, '', true),
      );
      if (session instanceof McpSession) return this.openHere(sessionId, lastEventId, request, response);
      const tail = await session.resume(0, position, relayedClient(request));
      if (tail) {
        const endpoint = this.endpoint.of(request, sessionId);
        const prelude = { id: lastEventId, type: 'endpoint', data: endpoint } as const;
        const stream = new RelayStream(session, tail, response, this.sessions.memory, this.options.sse);
        return stream.attach(position, prelude);
      }
    } catch (error) {
      if (!(error instanceof SessionClosedError)) throw error;
    }
    return this.openHere(undefined, lastEventId, request, response);
  }

  private start(request: HttpRequest, response: unknown): ReturnType<SseOutlet['attach']> {
    this.finder.keptQuery.suffixOf(request.query);
    const session = this.sessions.open({
      transport: 'sse',
      principal: requestPrincipal(request),
      headers: rawRequest(request).headers,
      params: request.params,
      query: request.query,
      graceMs: this.options.sse.graceMs,
    });
    return (session.outlet as SseOutlet).attach(...this.reading(session, request, response));
  }

  private reading(
    { id, memory }: McpSession,
    request: HttpRequest,
    response: unknown,
  ): Parameters<SseOutlet['attach']> {
    const endpoint = this.endpoint.of(request, id);
    return [endpoint, new ResponseSink(response, memory), () => this.sessions.detached(id)];
  }
}

function hasLeft(response: unknown): boolean {
  const { destroyed, req } = rawResponse(response);
  return destroyed || req.socket.destroyed;
}
