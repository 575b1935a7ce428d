import type { MessageEvent } from '@nestjs/common';
import { defer, type Observable } from 'rxjs';
import { rawRequest } from '../../auth/raw-request.js';
import { requestPrincipal } from '../../auth/request-principal.js';
import type { ResolvedOptions } from '../../model/resolved-options.js';
import type { McpSession } from '../../sessions/mcp-session.js';
import type { McpSessionService } from '../../sessions/mcp-session.service.js';
import { sessionOfEventId } from '../../streaming/event-id.js';
import { ReplayBudget } from '../../streaming/replay-budget.js';
import type { HttpRequest } from '../http/http-request.js';
import { ResponseSink } from '../http/response-sink.js';
import { sameRoute } from '../http/same-route.js';
import type { EndpointUrl } from './endpoint-url.js';
import { SseOutlet } from './sse.outlet.js';

/** Opens the sessions of HTTP+SSE clients, and gives them back the streams that they lost. */
export class SseStreams {
  constructor(
    private readonly sessions: McpSessionService,
    private readonly endpoint: EndpointUrl,
    private readonly options: Pick<ResolvedOptions, 'sse' | 'replay'>,
  ) {}

  /**
   * The stream that the request's `Last-Event-ID` names, or that of a new session: any answer but a stream is
   * final for an EventSource. Nothing is opened before subscription: Nest does not subscribe for a client that left.
   */
  open(request: HttpRequest, response: unknown): Observable<MessageEvent> {
    return defer(
      () => (this.resume(request, response) ?? this.start(request, response)) as Observable<MessageEvent>,
    );
  }

  private resume(request: HttpRequest, response: unknown): ReturnType<SseOutlet['resume']> {
    const { headers } = rawRequest(request);
    const lastEventId = headers['last-event-id'];
    const sessionId = typeof lastEventId === 'string' ? sessionOfEventId(lastEventId) : undefined;
    const session = sessionId && this.sessions.find(sessionId, requestPrincipal(request));
    if (!session || session.transport !== 'sse' || !sameRoute(session.params, request.params))
      return undefined;

    const stream = (session.outlet as SseOutlet).resume(
      lastEventId as string,
      ...this.reading(session, request, response),
    );
    if (stream) this.sessions.resumed(session, headers);
    return stream;
  }

  private start(request: HttpRequest, response: unknown): ReturnType<SseOutlet['attach']> {
    let outlet!: SseOutlet;
    const { sse, replay } = this.options;
    const session: McpSession = this.sessions.open(
      {
        transport: 'sse',
        principal: requestPrincipal(request),
        headers: rawRequest(request).headers,
        params: request.params,
        graceMs: sse.graceMs,
      },
      (id) =>
        (outlet = new SseOutlet(
          id,
          { ...sse, onCut: () => this.sessions.cut(session) },
          new ReplayBudget(replay),
        )),
    );
    return outlet.attach(...this.reading(session, request, response));
  }

  private reading(
    { id }: McpSession,
    request: HttpRequest,
    response: unknown,
  ): Parameters<SseOutlet['attach']> {
    const endpoint = this.endpoint.of(rawRequest(request), id);
    return [endpoint, new ResponseSink(response), () => this.sessions.detached(id)];
  }
}
