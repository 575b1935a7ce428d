import { HttpStatus } from '@nestjs/common';
import { RemoteSession } from '../../cluster/remote-session.js';
import { answerStatus } from '../../http/answer.js';
import { rawRequest, type HttpRequest } from '../../http/raw-request.js';
import { hijackResponse } from '../../http/raw-response.js';
import type { ResolvedOptions } from '../../model/resolved-options.js';
import type { JsonRpcMessage } from '../../protocol/json-rpc.js';
import type { McpSession } from '../../sessions/mcp-session.js';
import type { Post } from '../messages/post.js';
import type { Exchange } from './exchange.js';
import type { NumberedStream } from './numbered-stream.js';
import { PostExchange, type ExchangeOptions, type ExchangePort } from './post-exchange.js';
import { requestRevision } from './protocol-version.js';
import type { StreamableHttpRelay } from './streamable-http.relay.js';
import {
  MISSING_ID,
  outletOf,
  sessionIdOf,
  type StreamableHttpSessions,
} from './streamable-http.sessions.js';

/** What answers the POSTs of one server. */
export interface PostServer {
  readonly http: Exclude<ResolvedOptions['http'], false>;
  readonly sessions: StreamableHttpSessions;
  readonly relay: StreamableHttpRelay;
}

/** A POST of Streamable HTTP: 202 if it holds no request, otherwise an exchange that answers its requests. */
export class StreamableHttpPost implements Post, ExchangePort {
  readonly transport = 'streamable-http';
  readonly missingId = MISSING_ID;
  readonly sessionId: string | undefined;
  readonly statelessResponse: unknown;
  private options!: ExchangeOptions;
  private session!: McpSession;

  constructor(
    private readonly server: PostServer,
    readonly request: HttpRequest,
    private readonly response: unknown,
  ) {
    this.sessionId = sessionIdOf(request);
    this.statelessResponse = response;
  }

  allowsBatch(session: McpSession | RemoteSession | undefined, json: unknown): boolean {
    const { upgradeMs, retryMs, stateless } = this.server.http;
    const { headers } = rawRequest(this.request);
    const { hasBatches, hasPrimingEvents } = requestRevision(headers, negotiatedBy(session), json);
    this.options = {
      upgradeMs,
      retryMs,
      primes: hasPrimingEvents && !stateless,
      isBatch: Array.isArray(json),
    };
    return hasBatches;
  }

  open(messages: readonly JsonRpcMessage[]): McpSession {
    const { http, sessions } = this.server;
    return http.stateless ? sessions.open(this.request) : sessions.initialize(messages, this.request);
  }

  taken(session: McpSession, messages: readonly JsonRpcMessage[]): void {
    this.session = session;
    const raw = hijackResponse(this.response);
    if (this.sessionId === undefined && !this.server.http.stateless)
      raw.setHeader('Mcp-Session-Id', session.id);
    const ids = messages.filter((message) => message.kind === 'request').map(({ id }) => id);
    if (ids.length === 0) {
      answerStatus(raw, HttpStatus.ACCEPTED);
      this.onDone();
      return;
    }
    const exchange = new PostExchange(raw, ids.length, this.options, this, session.memory);
    outletOf(session).expect(ids, exchange);
  }

  relay(session: RemoteSession, messages: readonly JsonRpcMessage[], bytes: number): Promise<void> {
    return this.server.relay.post(session, messages, bytes, this.request, this.response, this.options);
  }

  openStream(exchange: Exchange): NumberedStream {
    return outletOf(this.session).openStream(exchange);
  }

  whenKept(run: (isKept: boolean) => void): void {
    outletOf(this.session).whenKept(run);
  }

  onDetach(): void {
    this.session.touch();
  }

  /** A stateless session ends with its only POST, once the answer is on its way. */
  onDone(): void {
    if (this.server.http.stateless) setImmediate(() => this.server.sessions.close(this.session));
  }
}

/** The revision that a session has agreed on. */
export function negotiatedBy(session: McpSession | RemoteSession | undefined): string | undefined {
  return session instanceof RemoteSession ? session.record.state.protocolVersion : session?.protocolVersion;
}
