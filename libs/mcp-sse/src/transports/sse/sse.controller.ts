import {
  BadRequestException,
  Controller,
  Get,
  HttpCode,
  HttpStatus,
  Inject,
  MethodNotAllowedException,
  NotAcceptableException,
  NotFoundException,
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
import { defer, EMPTY, type Observable } from 'rxjs';
import { McpAuthGuard } from '../../auth/mcp-auth.guard.js';
import { McpEdgeGuard } from '../../auth/mcp-edge.guard.js';
import { rawRequest } from '../../auth/raw-request.js';
import { requestPrincipal } from '../../auth/request-principal.js';
import { MCP_OPTIONS, type ResolvedOptions } from '../../model/resolved-options.js';
import { McpSessionService } from '../../sessions/mcp-session.service.js';
import type { McpSession } from '../../sessions/mcp-session.js';
import { JsonRpcFilter } from '../http/json-rpc.filter.js';
import { McpRoute } from '../http/mcp-route.js';
import { readMessage } from '../http/message-body.js';
import { registerOwnController } from '../http/own-controllers.js';
import { ResponseSink } from '../http/response-sink.js';
import { EndpointUrl } from './endpoint-url.js';

/** What both adapters' requests have. */
interface HttpRequest {
  readonly query: Readonly<Record<string, unknown>>;
  readonly params: Readonly<Record<string, string>>;
}

/** Nest's key for the path of a route. */
const PATH = 'path';

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
    constructor(
      private readonly sessions: McpSessionService,
      private readonly endpoint: EndpointUrl,
      private readonly adapter: HttpAdapterHost,
      @Inject(MCP_OPTIONS) private readonly options: ResolvedOptions,
    ) {}

    @McpRoute('stream')
    @UseGuards(McpAuthGuard)
    @Sse('', { maxPendingDataLength: Infinity })
    stream(@Req() request: HttpRequest, @Res() response: unknown): Observable<MessageEvent> {
      const raw = rawRequest(request);
      if (raw.method === 'HEAD') return EMPTY;
      if (!/text\/event-stream|text\/\*|\*\/\*|^$/.test(raw.headers.accept ?? ''))
        throw new NotAcceptableException(
          'The stream is text/event-stream, which the Accept header excludes.',
        );
      // Opened on subscription: Nest does not subscribe for a client that left while the guards ran.
      return defer(() => {
        const session = this.sessions.open({
          transport: 'sse',
          principal: requestPrincipal(request),
          headers: raw.headers,
          params: request.params,
        });
        const endpoint = this.endpoint.of(raw, session.id);
        const sink = new ResponseSink(response);
        return session.attach(endpoint, sink, () =>
          this.sessions.detached(session),
        ) as Observable<MessageEvent>;
      });
    }

    @McpRoute('messages')
    @UseGuards(McpAuthGuard)
    @Post()
    @HttpCode(HttpStatus.ACCEPTED)
    async message(@Req() request: HttpRequest): Promise<void> {
      this.sessionOf(request);
      const body = await readMessage(request, this.options.limits.maxMessageBytes);
      const extras = await this.options.contextFactory?.(request);
      // It may have ended while the body came in, and a message that is accepted then has no answer.
      this.sessionOf(request).receive(body, {
        principal: requestPrincipal(request),
        request,
        headers: rawRequest(request).headers,
        params: request.params,
        extras,
      });
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

    /** @throws {HttpException} 400 without an id; 404 for one that is unknown, ended or someone else's */
    private sessionOf(request: HttpRequest): McpSession {
      const { sessionId } = request.query;
      if (sessionId === undefined || sessionId === '')
        throw new BadRequestException(
          'The query must have a "sessionId"; the stream\'s "endpoint" event gives the URL.',
        );
      const session =
        typeof sessionId === 'string' && this.sessions.find(sessionId, requestPrincipal(request));
      if (!session || !sameRoute(session.params, request.params))
        throw new NotFoundException('Session not found. Open the stream again to start another one.');
      return session;
    }

    private refuseMethod(response: unknown, allowed: string): never {
      this.adapter.httpAdapter.setHeader(response, 'Allow', allowed);
      throw new MethodNotAllowedException(`Only ${allowed} is served here.`);
    }
  }

  registerOwnController(McpSseController);
  return McpSseController;
}

/** Sets the routes of a controller before Nest registers them. */
export function setSsePaths(controller: Type, { stream, messages }: EndpointUrl): void {
  const routes = controller.prototype as Record<string, object>;
  for (const [path, names] of [
    [stream, ['stream', 'refusePostOfStream']],
    [messages, ['message', 'refuseGetOfMessages']],
  ] as const)
    for (const name of names) Reflect.defineMetadata(PATH, path.toString(), routes[name]!);
}

/** Parameters that both routes have must agree, or a tenant's session could be reached by another's path. */
function sameRoute(session: HttpRequest['params'], message: HttpRequest['params']): boolean {
  return Object.entries(message).every(([name, value]) => session[name] === value);
}
