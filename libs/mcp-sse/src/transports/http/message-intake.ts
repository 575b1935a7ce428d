import { BadRequestException, Inject, Injectable } from '@nestjs/common';
import { rawRequest } from '../../auth/raw-request.js';
import { requestPrincipal } from '../../auth/request-principal.js';
import type { McpTransportName } from '../../model/session-view.js';
import { MCP_OPTIONS, type ResolvedOptions } from '../../model/resolved-options.js';
import type { AdmittedMessage } from '../../protocol/admitted-message.js';
import { TRAFFIC_OBSERVER, type TrafficObserver } from '../../model/traffic-observer.js';
import { parseMessage, type JsonRpcMessage } from '../../protocol/json-rpc.js';
import type { MessageOrigin } from '../../protocol/message-origin.js';
import { SessionClosedError } from '../../sessions/errors/session-closed.error.js';
import { McpSessionService } from '../../sessions/mcp-session.service.js';
import type { McpSession } from '../../sessions/mcp-session.js';
import type { HttpRequest } from './http-request.js';
import { readMessage, type MessageBody } from './message-body.js';
import { sameRoute } from './same-route.js';

/** What every POST with messages goes through. */
@Injectable()
export class MessageIntake {
  constructor(
    private readonly sessions: McpSessionService,
    @Inject(MCP_OPTIONS) private readonly options: ResolvedOptions,
    @Inject(TRAFFIC_OBSERVER) private readonly observer: TrafficObserver,
  ) {}

  /**
   * @param transport that the message came by
   * @param id as the client sent it
   * @param missing what to say to a client that sent none
   * @throws {BadRequestException} without an id
   * @throws {SessionClosedError} for one that is unknown, ended, someone else's or another transport's
   */
  session(request: HttpRequest, transport: McpTransportName, id: unknown, missing: string): McpSession {
    if (id === undefined || id === '') throw new BadRequestException(missing);
    // A query can also be parsed to something that is no string, and cannot be made one.
    if (typeof id !== 'string') throw new SessionClosedError();
    const session = this.sessions.find(id, requestPrincipal(request));
    if (!session || session.transport !== transport || !sameRoute(session.params, request.params))
      throw new SessionClosedError(!session && this.sessions.get(id) !== undefined);
    return session;
  }

  /**
   * @throws {HttpException} 408, 413, 415
   * @throws {JsonRpcError} -32700
   */
  read(request: HttpRequest): Promise<MessageBody> {
    return readMessage(request, this.options.limits);
  }

  /**
   * Reads the one message of a POST and hands it to the session.
   *
   * @throws {HttpException} 408, 413, 415
   * @throws {JsonRpcError}
   * @throws {InsufficientScopeError}
   * @throws {SessionClosedError} when it ended while the message was read
   * @throws {TooManyRequestsError}
   */
  async receive(session: McpSession, request: HttpRequest): Promise<void> {
    const { json, bytes } = await this.read(request);
    const messages = [parseMessage(json)];
    session.receive(await this.admit(session, messages, await this.origin(request, bytes)));
  }

  /**
   * Messages that the session can receive.
   *
   * @throws {InsufficientScopeError} for any request among them, so that it can be answered by HTTP
   * @throws as the session does
   */
  async admit(
    session: McpSession,
    messages: readonly JsonRpcMessage[],
    origin: Omit<MessageOrigin, 'streamHeaders'>,
  ): Promise<readonly AdmittedMessage[]> {
    const admitted = await session.admit(messages, origin);
    for (const { message, request } of admitted) {
      if (message.kind !== 'request' || !request?.refusal) continue;
      const { context, bytes, refusal } = request;
      this.observer.request(message.method, message.params, context, bytes)?.(refusal, '');
      throw refusal;
    }
    return admitted;
  }

  /** @param bytes of what it carries */
  async origin(request: HttpRequest, bytes: number): Promise<Omit<MessageOrigin, 'streamHeaders'>> {
    return {
      principal: requestPrincipal(request),
      request,
      headers: rawRequest(request).headers,
      params: request.params,
      bytes,
      extras: await this.options.contextFactory?.(request),
    };
  }
}
