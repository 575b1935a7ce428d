import {
  Controller,
  Get,
  Inject,
  MethodNotAllowedException,
  Post,
  Req,
  Res,
  Sse,
  UseFilters,
  UseGuards,
  type MessageEvent,
  type Type,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { of, type Observable } from 'rxjs';
import { McpAuthGuard } from '../../auth/mcp-auth.guard.js';
import { McpEdgeGuard } from '../../auth/mcp-edge.guard.js';
import { type HttpRequest, rawRequest } from '../../http/raw-request.js';
import { andThen } from '../../model/and-then.js';
import { MCP_OPTIONS, type ResolvedOptions } from '../../model/resolved-options.js';
import { McpSessionService } from '../../sessions/mcp-session.service.js';
import { assertAccepts } from '../../http/accept.js';
import { JsonRpcFilter } from '../messages/json-rpc.filter.js';
import { configureRoute, McpRoute } from '../routes/mcp-route.js';
import { MessageIntake } from '../messages/message-intake.js';
import { registerOwnController } from '../../nest/global-interceptors.js';
import { begunByNest } from '../../nest/sse-handover.js';
import { routesOf, type Routes } from '../routes/routes.js';
import type { RegisteredRoute } from '../../nest/registered-route.js';
import { setRoutePath, STREAM_OPTIONS } from '../../nest/route-metadata.js';
import { EndpointUrl } from './endpoint-url.js';
import { SessionFinder } from '../messages/session-finder.js';
import { SsePost } from './sse.post.js';
import { SseStreams } from './sse-streams.js';

const MISSING_ID = 'The query must have a "sessionId"; the stream\'s "endpoint" event gives the URL.';

/** Answers a HEAD: Nest 11 sends the headers of a stream with its first event, whose body Node leaves out. */
const HEADERS_OF_STREAM: Observable<MessageEvent> = of({ data: '' });

/**
 * Makes the controller of the HTTP+SSE transport for one `forRoot` call. Its paths are set by
 * {@link setSsePaths}, when the options are known.
 *
 * @see https://modelcontextprotocol.io/specification/2024-11-05/basic/transports#http-with-sse
 */
export function createSseController(): Type {
  @Controller()
  @UseFilters(JsonRpcFilter)
  @UseGuards(McpEdgeGuard)
  class McpSseController {
    private readonly streams: SseStreams;

    constructor(
      sessions: McpSessionService,
      finder: SessionFinder,
      private readonly intake: MessageIntake,
      private readonly adapter: HttpAdapterHost,
      @Inject(MCP_OPTIONS) options: ResolvedOptions,
    ) {
      const endpoint = new EndpointUrl(routesOf(options).sse, options);
      this.streams = new SseStreams(sessions, finder, endpoint, options);
    }

    @McpRoute('stream')
    @UseGuards(McpAuthGuard)
    @Sse('', STREAM_OPTIONS)
    stream(
      @Req() request: HttpRequest,
      @Res() response: unknown,
    ): Observable<MessageEvent> | Promise<Observable<MessageEvent>> {
      const { method, headers } = rawRequest(request);
      if (method === 'HEAD') return HEADERS_OF_STREAM;
      assertAccepts(headers.accept, 'text/event-stream');
      return andThen(this.streams.open(request, response), (events) =>
        begunByNest(events as Observable<MessageEvent>, request, response),
      );
    }

    @McpRoute('messages')
    @UseGuards(McpAuthGuard)
    @Post()
    message(@Req() request: HttpRequest, @Res() response: unknown): void | Promise<void> {
      return this.intake.receive(new SsePost(request, response, MISSING_ID));
    }

    /** Clients that try Streamable HTTP first fall back on this transport when they read 405. */
    @McpRoute('stream')
    @Post()
    refusePostOfStream(@Res({ passthrough: true }) response: unknown): void {
      this.refuseMethod(response, 'GET');
    }

    @McpRoute('messages')
    @Get()
    refuseGetOfMessages(@Res({ passthrough: true }) response: unknown): void {
      this.refuseMethod(response, 'POST');
    }

    private refuseMethod(response: unknown, allowed: string): never {
      this.adapter.httpAdapter.setHeader(response, 'Allow', allowed);
      throw new MethodNotAllowedException(`Only ${allowed} is served here.`);
    }
  }

  registerOwnController(McpSseController);
  return McpSseController;
}

/** Sets the routes of a controller before Nest registers them. @param isServed whether there are any */
export function setSsePaths(
  controller: Type,
  { sse: { stream, messages } }: Routes,
  isServed: boolean,
): void {
  const pathOf = ({ route }: RegisteredRoute) => (isServed ? route.toString() : undefined);
  setRoutePath(controller, pathOf(stream), 'stream', 'refusePostOfStream');
  setRoutePath(controller, pathOf(messages), 'message', 'refuseGetOfMessages');
  configureRoute(controller, 'stream', { registered: stream });
  configureRoute(controller, 'message', { registered: messages });
}
