import type { ServerResponse } from 'node:http';
import {
  BadRequestException,
  Controller,
  Delete,
  HttpCode,
  HttpStatus,
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
import { EMPTY, type Observable } from 'rxjs';
import { McpAuthGuard } from '../../auth/mcp-auth.guard.js';
import { McpEdgeGuard } from '../../auth/mcp-edge.guard.js';
import { rawRequest } from '../../auth/raw-request.js';
import { MCP_OPTIONS, type ResolvedOptions } from '../../model/resolved-options.js';
import { parseMessage, type JsonRpcMessage } from '../../protocol/json-rpc.js';
import { McpSessionService } from '../../sessions/mcp-session.service.js';
import { assertAccepts } from '../http/accept.js';
import type { HttpRequest } from '../http/http-request.js';
import { JsonRpcFilter } from '../http/json-rpc.filter.js';
import { McpRoute } from '../http/mcp-route.js';
import { MessageIntake } from '../http/message-intake.js';
import { registerOwnController } from '../http/own-controllers.js';
import { ResponseSink } from '../http/response-sink.js';
import { routesOf, type Routes } from '../http/routes.js';
import { setPath } from '../http/set-path.js';
import { takeOver } from '../http/take-over.js';
import { EndpointUrl } from '../sse/endpoint-url.js';
import { SseStreams } from '../sse/sse-streams.js';
import { PostExchange, type ExchangePort } from './post-exchange.js';
import { RequestVersion } from './protocol-version.js';
import { StreamableHttpSessions, type StreamableSession } from './streamable-http.sessions.js';

type HttpOptions = Exclude<ResolvedOptions['http'], false>;

/**
 * Makes the controller of the Streamable HTTP transport for one `forRoot` call. A GET without a session id, and
 * a POST with one in its query, are of an HTTP+SSE client, which finds its transport on the same URL. The path
 * is set by {@link setStreamableHttpPath}, when the options are known.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#streamable-http
 */
export function createStreamableHttpController(): Type {
  @Controller()
  @UseFilters(JsonRpcFilter)
  @UseGuards(McpEdgeGuard)
  class McpStreamableHttpController {
    private readonly sessions: StreamableHttpSessions;
    private readonly sseStreams: SseStreams;
    private readonly http: HttpOptions;

    constructor(
      sessions: McpSessionService,
      private readonly intake: MessageIntake,
      private readonly adapter: HttpAdapterHost,
      @Inject(MCP_OPTIONS) options: ResolvedOptions,
    ) {
      const { http, stream } = routesOf(options);
      const path = http ?? stream;
      // When the transport is turned off, there are no routes that could use them.
      this.http = options.http as HttpOptions;
      this.sessions = new StreamableHttpSessions(sessions, intake, options);
      this.sseStreams = new SseStreams(sessions, new EndpointUrl(path, path, options), options);
    }

    @McpRoute('stream')
    @UseGuards(McpAuthGuard)
    @Sse('', { maxPendingDataLength: Infinity })
    stream(@Req() request: HttpRequest, @Res() response: unknown): Observable<MessageEvent> {
      const { method, headers } = rawRequest(request);
      if (this.http.stateless) this.refuseMethod(response, 'POST');
      if (method === 'HEAD') return EMPTY;
      assertAccepts(headers.accept, 'text/event-stream');
      if (this.sessions.idOf(request) === undefined) return this.sseStreams.open(request, response);

      const { session, outlet } = this.sessions.find(request);
      const { hasPriming } = RequestVersion.of(headers, session.protocolVersion);
      const lastEventId = headers['last-event-id'] as string | undefined;
      const sink = new ResponseSink(response);
      const stream = outlet.attach(sink, lastEventId, hasPriming, () => session.touch());
      // Not 404, which would tell the client that its session is gone.
      if (!stream)
        throw new BadRequestException(
          'What came after this Last-Event-ID is not known, or there is nothing.',
        );
      return stream as Observable<MessageEvent>;
    }

    @McpRoute('messages')
    @UseGuards(McpAuthGuard)
    @Post()
    async message(@Req() request: HttpRequest, @Res() response: unknown): Promise<void> {
      const { headers } = rawRequest(request);
      const isNew = this.sessions.idOf(request) === undefined;
      if (isNew && request.query['sessionId'] !== undefined) return this.sseMessage(request, response);

      assertAccepts(headers.accept, 'application/json', 'text/event-stream');
      const found = isNew ? undefined : this.sessions.find(request);
      const version = RequestVersion.of(headers, found?.session.protocolVersion);
      const { json, bytes } = await this.intake.read(request);
      const isBatch = version.hasBatches && Array.isArray(json) && json.length > 0;
      const messages = isBatch ? json.map(parseMessage) : [parseMessage(json)];
      const origin = await this.intake.origin(request, bytes);
      const { session, outlet } = found ?? this.open(messages, request);
      try {
        const admitted = await this.intake.admit(session, messages, origin);
        session.receive(admitted, () => {
          const raw = takeOver(response);
          if (isNew && !this.http.stateless) raw.setHeader('Mcp-Session-Id', session.id);
          this.answer({ session, outlet }, messages, version, isBatch, raw);
        });
      } catch (error) {
        // Nobody would know of a session whose first messages were refused.
        if (isNew) this.sessions.close(session);
        throw error;
      }
    }

    @McpRoute('termination')
    @UseGuards(McpAuthGuard)
    @Delete()
    @HttpCode(HttpStatus.OK)
    terminate(@Req() request: HttpRequest, @Res({ passthrough: true }) response: unknown): void {
      if (this.http.stateless) this.refuseMethod(response, 'POST');
      const { session } = this.sessions.find(request);
      RequestVersion.of(rawRequest(request).headers, session.protocolVersion);
      this.sessions.close(session);
    }

    private open(messages: readonly JsonRpcMessage[], request: HttpRequest): StreamableSession {
      return this.http.stateless ? this.sessions.open(request) : this.sessions.initialize(messages, request);
    }

    /** Makes ready what the messages will be answered on: nothing but 202 where none of them is a request. */
    private answer(
      { session, outlet }: StreamableSession,
      messages: readonly JsonRpcMessage[],
      { hasPriming }: RequestVersion,
      isBatch: boolean,
      response: ServerResponse,
    ): void {
      const ids = messages.filter((message) => message.kind === 'request').map(({ id }) => id);
      const close = () => this.http.stateless && this.sessions.close(session);
      if (ids.length === 0) {
        response.writeHead(HttpStatus.ACCEPTED).end();
        setImmediate(close);
        return;
      }
      const { upgradeMs, retryMs } = this.http;
      const options = { upgradeMs, retryMs, primes: hasPriming && !this.http.stateless, isBatch };
      const port: ExchangePort = {
        openStream: () => outlet.openStream(),
        onDetach: () => session.touch(),
        onDone: close,
      };
      outlet.expect(ids, new PostExchange(response, ids.length, options, port));
    }

    private async sseMessage(request: HttpRequest, response: unknown): Promise<void> {
      const session = this.intake.session(request, 'sse', request.query['sessionId'], '');
      await this.intake.receive(session, request);
      takeOver(response).writeHead(HttpStatus.ACCEPTED).end();
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
  setPath(controller, http, 'stream', 'message', 'terminate');
}
