import {
  BadRequestException,
  Controller,
  Delete,
  Get,
  HttpStatus,
  Inject,
  MethodNotAllowedException,
  Post,
  Req,
  Res,
  UseFilters,
  UseGuards,
  type Type,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { McpAuthGuard } from '../../auth/mcp-auth.guard.js';
import { McpEdgeGuard } from '../../auth/mcp-edge.guard.js';
import { type HttpRequest, rawRequest } from '../../http/raw-request.js';
import { andThen } from '../../model/and-then.js';
import { MCP_OPTIONS, type ResolvedOptions } from '../../model/resolved-options.js';
import { McpSessionService } from '../../sessions/mcp-session.service.js';
import { RemoteSession } from '../../cluster/remote-session.js';
import { assertAccepts } from '../../http/accept.js';
import { answerStatus } from '../../http/answer.js';
import { JsonRpcFilter } from '../messages/json-rpc.filter.js';
import { configureRoute, McpRoute } from '../routes/mcp-route.js';
import { MessageIntake } from '../messages/message-intake.js';
import { registerOwnController } from '../../nest/global-interceptors.js';
import { ResponseSink } from '../../http/response-sink.js';
import { routesOf, type Routes } from '../routes/routes.js';
import { setRoutePath } from '../../nest/route-metadata.js';
import { EndpointUrl } from '../sse/endpoint-url.js';
import { answerWithStream, answerWithStreamHead } from './stream-response.js';
import { SseStreams } from '../sse/sse-streams.js';
import { NOT_RESUMABLE } from './numbered-stream.js';
import { requestRevision } from './protocol-version.js';
import { StreamableHttpRelay } from './streamable-http.relay.js';
import { SessionFinder } from '../messages/session-finder.js';
import { SsePost } from '../sse/sse.post.js';
import { negotiatedBy, StreamableHttpPost, type PostServer } from './streamable-http.post.js';
import { outletOf, sessionIdOf, StreamableHttpSessions } from './streamable-http.sessions.js';

const EMPTY_SESSION_ID =
  'The "sessionId" of the query is empty. HTTP+SSE: post to the URL that the stream\'s "endpoint" event gives. ' +
  'Streamable HTTP: leave it out, and send the header Mcp-Session-Id that the answer to "initialize" had.';

/**
 * Makes the controller of the Streamable HTTP transport for one `forRoot` call. Its path is set by
 * {@link setStreamableHttpPath}, when the options are known. HTTP+SSE clients find their transport on the same URL: a
 * GET without a session id, or a POST with one in its query, is theirs.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#streamable-http
 */
export function createStreamableHttpController(): Type {
  @Controller()
  @UseFilters(JsonRpcFilter)
  @UseGuards(McpEdgeGuard)
  class McpStreamableHttpController {
    private readonly server: PostServer;
    private readonly sseStreams: SseStreams;
    private readonly protocol: ResolvedOptions['protocol'];

    constructor(
      sessions: McpSessionService,
      finder: SessionFinder,
      private readonly intake: MessageIntake,
      private readonly adapter: HttpAdapterHost,
      @Inject(MCP_OPTIONS) options: ResolvedOptions,
    ) {
      this.protocol = options.protocol;
      const { http, sse } = routesOf(options);
      this.server = {
        // When the transport is turned off, no route uses it.
        http: options.http as PostServer['http'],
        sessions: new StreamableHttpSessions(sessions, finder, options),
        relay: new StreamableHttpRelay(options, sessions.memory),
      };
      this.sseStreams = new SseStreams(sessions, finder, new EndpointUrl(http ?? sse, options), options);
    }

    @McpRoute('stream')
    @UseGuards(McpAuthGuard)
    @Get()
    stream(@Req() request: HttpRequest, @Res() response: unknown): void | Promise<void> {
      const { method, headers } = rawRequest(request);
      const { http, sessions, relay } = this.server;
      if (http.stateless || !this.protocol.legacy) this.refuseMethod(response, 'POST');
      if (method === 'HEAD') return answerWithStreamHead(response);
      assertAccepts(headers.accept, 'text/event-stream');
      if (sessionIdOf(request) === undefined)
        return andThen(this.sseStreams.open(request, response), (stream) =>
          answerWithStream(response, stream),
        );

      return andThen(sessions.find(request, true), (session) => {
        const { hasPrimingEvents } = requestRevision(headers, negotiatedBy(session));
        if (session instanceof RemoteSession)
          return relay.stream(session, request, response, hasPrimingEvents);
        const lastEventId = headers['last-event-id'] as string | undefined;
        const sink = new ResponseSink(response, session.memory);
        const onDetach = () => session.touch();
        const stream = outletOf(session).attach(sink, lastEventId, hasPrimingEvents, onDetach);
        if (!stream) throw new BadRequestException(NOT_RESUMABLE);
        answerWithStream(response, stream);
      });
    }

    @McpRoute('messages')
    @UseGuards(McpAuthGuard)
    @Post()
    message(@Req() request: HttpRequest, @Res() response: unknown): void | Promise<void> {
      if (
        this.protocol.legacy &&
        sessionIdOf(request) === undefined &&
        request.query['sessionId'] !== undefined
      )
        return this.intake.receive(new SsePost(request, response, EMPTY_SESSION_ID));
      assertAccepts(rawRequest(request).headers.accept, 'application/json', 'text/event-stream');
      return this.intake.receive(new StreamableHttpPost(this.server, request, response));
    }

    @McpRoute('termination')
    @UseGuards(McpAuthGuard)
    @Delete()
    async terminate(@Req() request: HttpRequest, @Res() response: unknown): Promise<void> {
      const { http, sessions } = this.server;
      if (http.stateless || !this.protocol.legacy) this.refuseMethod(response, 'POST');
      const session = await sessions.find(request);
      requestRevision(rawRequest(request).headers, negotiatedBy(session));
      if (session instanceof RemoteSession) await session.end();
      else sessions.close(session);
      answerStatus(response, HttpStatus.OK);
    }

    private refuseMethod(response: unknown, allowed: string): never {
      this.adapter.httpAdapter.setHeader(response, 'Allow', allowed);
      throw new MethodNotAllowedException(`Only ${allowed} is served here.`);
    }
  }

  registerOwnController(McpStreamableHttpController);
  return McpStreamableHttpController;
}

/** Sets the route of a controller before Nest registers it. */
export function setStreamableHttpPath(controller: Type, { http }: Routes): void {
  setRoutePath(controller, http?.stream.route.toString(), 'stream', 'message', 'terminate');
  configureRoute(controller, 'stream', { registered: http?.stream });
  configureRoute(controller, 'message', { registered: http?.messages });
}
