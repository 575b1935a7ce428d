import type { ServerResponse } from 'node:http';
import {
  BadRequestException,
  Controller,
  Delete,
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
import { type HttpRequest, rawRequest } from '../../http/raw-request.js';
import { andThen } from '../../model/and-then.js';
import { MCP_OPTIONS, type ResolvedOptions } from '../../model/resolved-options.js';
import type { JsonRpcMessage } from '../../protocol/json-rpc.js';
import type { Revision } from '../../protocol/revisions.js';
import type { McpSession } from '../../sessions/mcp-session.js';
import { McpSessionService } from '../../sessions/mcp-session.service.js';
import { RemoteSession } from '../../cluster/remote-session.js';
import { SessionMovedError } from '../../sessions/session.errors.js';
import { assertAccepts } from '../../http/accept.js';
import { answerStatus } from '../../http/answer.js';
import { JsonRpcFilter } from '../messages/json-rpc.filter.js';
import { configureRoute, McpRoute } from '../routes/mcp-route.js';
import type { MessageBody } from '../messages/message-body.js';
import { MessageIntake } from '../messages/message-intake.js';
import { registerOwnController } from '../../nest/global-interceptors.js';
import { ResponseSink } from '../../http/response-sink.js';
import { routesOf, type Routes } from '../routes/routes.js';
import { setRoutePath } from '../../nest/route-metadata.js';
import { hijackResponse } from '../../http/raw-response.js';
import { EndpointUrl } from '../sse/endpoint-url.js';
import { SseStreams, type EventStream } from '../sse/sse-streams.js';
import { NOT_RESUMABLE } from './numbered-stream.js';
import { PostExchange, type ExchangeOptions, type ExchangePort } from './post-exchange.js';
import { requestRevision } from './protocol-version.js';
import { StreamableHttpRelay } from './streamable-http.relay.js';
import { StreamableHttpSessions, type StreamableSession } from './streamable-http.sessions.js';

const EMPTY_SESSION_ID =
  'The "sessionId" of the query is empty. HTTP+SSE: post to the URL that the stream\'s "endpoint" event gives. ' +
  'Streamable HTTP: leave it out, and send the header Mcp-Session-Id that the answer to "initialize" had.';

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
    private readonly relay: StreamableHttpRelay;
    private readonly http: HttpOptions;

    constructor(
      sessions: McpSessionService,
      private readonly intake: MessageIntake,
      private readonly adapter: HttpAdapterHost,
      @Inject(MCP_OPTIONS) options: ResolvedOptions,
    ) {
      const { http, sse } = routesOf(options);
      const endpoint = new EndpointUrl(http ?? sse, options);
      // When the transport is turned off, there are no routes that could use them.
      this.http = options.http as HttpOptions;
      this.sessions = new StreamableHttpSessions(sessions, intake, options);
      this.sseStreams = new SseStreams(sessions, intake, endpoint, options);
      this.relay = new StreamableHttpRelay(options, sessions.memory);
    }

    @McpRoute('stream')
    @UseGuards(McpAuthGuard)
    @Sse('', { maxPendingDataLength: Infinity })
    stream(@Req() request: HttpRequest, @Res() response: unknown): EventStream {
      const { method, headers } = rawRequest(request);
      if (this.http.stateless) this.refuseMethod(response, 'POST');
      if (method === 'HEAD') return EMPTY;
      assertAccepts(headers.accept, 'text/event-stream');
      if (this.sessions.idOf(request) === undefined) return this.sseStreams.open(request, response);

      return andThen(this.sessions.find(request, true), (found) => {
        const { hasPrimingEvents } = requestRevision(headers, negotiatedBy(found));
        if (found instanceof RemoteSession)
          return this.relay.stream(found, request, response, hasPrimingEvents);
        const { session, outlet } = found;
        const lastEventId = headers['last-event-id'] as string | undefined;
        const sink = new ResponseSink(response, session.memory);
        const stream = outlet.attach(sink, lastEventId, hasPrimingEvents, () => session.touch());
        if (!stream) throw new BadRequestException(NOT_RESUMABLE);
        return stream as Observable<MessageEvent>;
      });
    }

    @McpRoute('messages')
    @UseGuards(McpAuthGuard)
    @Post()
    message(@Req() request: HttpRequest, @Res() response: unknown): void | Promise<void> {
      const isNew = this.sessions.idOf(request) === undefined;
      if (isNew && request.query['sessionId'] !== undefined) return this.sseMessage(request, response);

      assertAccepts(rawRequest(request).headers.accept, 'application/json', 'text/event-stream');
      return andThen(isNew ? undefined : this.sessions.find(request), (found) =>
        andThen(this.intake.read(request), (body) => this.take(found, body, request, response)),
      );
    }

    @McpRoute('termination')
    @UseGuards(McpAuthGuard)
    @Delete()
    async terminate(@Req() request: HttpRequest, @Res() response: unknown): Promise<void> {
      if (this.http.stateless) this.refuseMethod(response, 'POST');
      const found = await this.sessions.find(request);
      requestRevision(rawRequest(request).headers, negotiatedBy(found));
      if (found instanceof RemoteSession) await found.end();
      else this.sessions.close(found.session);
      answerStatus(response, HttpStatus.OK);
    }

    /** @param found the session; a new one is opened where there is none */
    private take(
      found: StreamableSession | RemoteSession | undefined,
      body: MessageBody,
      request: HttpRequest,
      response: unknown,
    ): void | Promise<void> {
      const { json, bytes } = body;
      const revision = requestRevision(rawRequest(request).headers, negotiatedBy(found), json);
      const known = found instanceof RemoteSession ? found : found?.session;
      const messages = this.intake.parse(known, body, revision.hasBatches, request);
      if (messages instanceof Promise) return messages;
      const options = this.exchangeOptions(revision, Array.isArray(json));
      if (found instanceof RemoteSession)
        return this.relay.post(found, messages, bytes, request, response, options);

      const { session, outlet } = found ?? this.open(messages, request);
      const receive = () =>
        andThen(this.intake.admit(session, messages, bytes, request), (admitted) =>
          session.receive(admitted, () => {
            const raw = hijackResponse(response);
            if (!found && !this.http.stateless) raw.setHeader('Mcp-Session-Id', session.id);
            this.answer({ session, outlet }, messages, options, raw);
          }),
        );
      if (!found) return this.orClosed(session, receive);
      if (!session.journal) return receive();
      return this.orElsewhere(receive, async () => {
        const remote = await this.intake.remote(request, session.transport, session.id);
        return this.relay.post(remote, messages, bytes, request, response, options);
      });
    }

    /** Where another node has the session by the time that the messages can be received. */
    private async orElsewhere(
      receive: () => void | Promise<void>,
      elsewhere: () => Promise<void>,
    ): Promise<void> {
      try {
        await receive();
      } catch (error) {
        if (!(error instanceof SessionMovedError)) throw error;
        await elsewhere();
      }
    }

    /** Nobody would know of a session whose first messages were refused. */
    private async orClosed(session: McpSession, receive: () => void | Promise<void>): Promise<void> {
      try {
        await receive();
      } catch (error) {
        this.sessions.close(session);
        throw error;
      }
    }

    private open(messages: readonly JsonRpcMessage[], request: HttpRequest): StreamableSession {
      return this.http.stateless ? this.sessions.open(request) : this.sessions.initialize(messages, request);
    }

    private exchangeOptions({ hasPrimingEvents }: Revision, isBatch: boolean): ExchangeOptions {
      const { upgradeMs, retryMs, stateless } = this.http;
      return { upgradeMs, retryMs, primes: hasPrimingEvents && !stateless, isBatch };
    }

    /** Makes ready what the messages will be answered on: nothing but 202 where none of them is a request. */
    private answer(
      { session, outlet }: StreamableSession,
      messages: readonly JsonRpcMessage[],
      options: ExchangeOptions,
      response: ServerResponse,
    ): void {
      const ids = messages.filter((message) => message.kind === 'request').map(({ id }) => id);
      const close = () => this.http.stateless && this.sessions.close(session);
      if (ids.length === 0) {
        answerStatus(response, HttpStatus.ACCEPTED);
        setImmediate(close);
        return;
      }
      const port: ExchangePort = {
        openStream: (exchange) => outlet.openStream(exchange),
        whenKept: (run) => outlet.whenKept(run),
        onDetach: () => session.touch(),
        onDone: close,
      };
      outlet.expect(ids, new PostExchange(response, ids.length, options, port, session.memory));
    }

    private sseMessage(request: HttpRequest, response: unknown): void | Promise<void> {
      const finding = this.intake.session(request, 'sse', request.query['sessionId'], EMPTY_SESSION_ID);
      return andThen(finding, (session) =>
        this.intake.receive(session, request, () => answerStatus(response, HttpStatus.ACCEPTED)),
      );
    }

    private refuseMethod(response: unknown, allowed: string): never {
      this.adapter.httpAdapter.setHeader(response, 'Allow', allowed);
      throw new MethodNotAllowedException(`Only ${allowed} is served here.`);
    }
  }

  registerOwnController(McpStreamableHttpController);
  return McpStreamableHttpController;
}

/** The revision that a session has agreed on. */
function negotiatedBy(found: StreamableSession | RemoteSession | undefined): string | undefined {
  if (found instanceof RemoteSession) return found.record.state.protocolVersion;
  return found?.session.protocolVersion;
}

/** Sets the route of a controller before Nest registers it. */
export function setStreamableHttpPath(controller: Type, { http }: Routes): void {
  setRoutePath(controller, http?.stream.route.toString(), 'stream', 'message', 'terminate');
  configureRoute(controller, 'stream', { registered: http?.stream });
  configureRoute(controller, 'message', { registered: http?.messages });
}
