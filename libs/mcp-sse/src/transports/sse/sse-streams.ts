import type { MessageEvent } from '@nestjs/common';
import { defer, type Observable } from 'rxjs';
import { rawRequest } from '../../auth/raw-request.js';
import { requestPrincipal } from '../../auth/request-principal.js';
import type { ResolvedOptions } from '../../model/resolved-options.js';
import type { McpSessionService } from '../../sessions/mcp-session.service.js';
import type { HttpRequest } from '../http/http-request.js';
import { ResponseSink } from '../http/response-sink.js';
import type { EndpointUrl } from './endpoint-url.js';
import { SseOutlet } from './sse.outlet.js';

/** Opens the sessions of HTTP+SSE clients. */
export class SseStreams {
  constructor(
    private readonly sessions: McpSessionService,
    private readonly endpoint: EndpointUrl,
    private readonly options: ResolvedOptions['sse'],
  ) {}

  /** The stream of a new session. It is opened on subscription: Nest does not subscribe for a client that left. */
  open(request: HttpRequest, response: unknown): Observable<MessageEvent> {
    return defer(() => {
      const raw = rawRequest(request);
      let outlet!: SseOutlet;
      const session = this.sessions.open(
        {
          transport: 'sse',
          principal: requestPrincipal(request),
          headers: raw.headers,
          params: request.params,
          graceMs: this.options.graceMs,
        },
        (id) => (outlet = new SseOutlet(id, this.options)),
      );
      const endpoint = this.endpoint.of(raw, session.id);
      const sink = new ResponseSink(response);
      return outlet.attach(endpoint, sink, () =>
        this.sessions.detached(session.id),
      ) as Observable<MessageEvent>;
    });
  }
}
