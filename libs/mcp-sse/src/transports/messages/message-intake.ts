import { BadRequestException, Inject, Injectable, Optional } from '@nestjs/common';
import { type HttpRequest, rawRequest } from '../../http/raw-request.js';
import { requestPrincipal } from '../../auth/request-principal.js';
import type { SessionRecord } from '../../model/cluster/session-record.js';
import type { McpTransportName } from '../../model/session-view.js';
import { MCP_OPTIONS, type ResolvedOptions } from '../../model/resolved-options.js';
import type { AdmittedMessage } from '../../protocol/execution.js';
import { andThen } from '../../model/and-then.js';
import { isSamePrincipal, principalKey } from '../../model/principal.js';
import { JsonRpcError } from '../../model/errors/json-rpc.error.js';
import { parseMessages, type JsonRpcMessage } from '../../protocol/json-rpc.js';
import { refusedAnswers } from '../../protocol/refused-message.js';
import { SessionCluster } from '../../cluster/session-cluster.js';
import { RemoteSession } from '../../cluster/remote-session.js';
import { SessionClosedError, SessionLimitError, SessionMovedError } from '../../sessions/session.errors.js';
import { McpSessionService } from '../../sessions/mcp-session.service.js';
import { McpSession } from '../../sessions/mcp-session.js';
import type { BodyMemory } from '../../http/body-text.js';
import { KeptQuery } from '../routes/kept-query.js';
import { readMessage, type MessageBody } from './message-body.js';
import { relayedOrigin } from '../relay/relayed-origin.js';

/** What has another form need not be looked for. */
const SESSION_ID = /^[\w-]{22}$/;

/** What a client has posted. */
interface Post {
  readonly messages: readonly JsonRpcMessage[];
  /** Of its body. */
  readonly bytes: number;
  readonly request: HttpRequest;
  /** Called once it is sure to be dealt with, and before any of it can be answered. */
  readonly onTaken: () => void;
}

/** What every POST with messages goes through. */
@Injectable()
export class MessageIntake {
  readonly keptQuery: KeptQuery;
  private readonly bodyMemory: BodyMemory = {
    open: (request, refuse) =>
      this.sessions.memory.open(principalKey(requestPrincipal(request)), {
        trim: () => undefined,
        cut: () =>
          refuse(new SessionLimitError('The server is short of memory; send less at a time, or later.')),
      }),
  };

  constructor(
    private readonly sessions: McpSessionService,
    @Inject(MCP_OPTIONS) private readonly options: ResolvedOptions,
    @Optional() @Inject(SessionCluster) private readonly cluster?: SessionCluster,
  ) {
    this.keptQuery = new KeptQuery(options);
  }

  /**
   * @param transport that the message came by
   * @param id as the client sent it
   * @param missing what to say to a client that sent none
   * @param asks whether to ask the store whose the session is, as a stream that is lost may be another node's to give
   * @returns the session, which another node may have
   * @throws {BadRequestException} without an id
   * @throws {SessionClosedError} for one that is unknown, ended, someone else's or another transport's
   * @throws {ClusterUnavailableError}
   */
  session(
    request: HttpRequest,
    transport: McpTransportName,
    id: unknown,
    missing: string,
    asks = false,
  ): McpSession | Promise<McpSession | RemoteSession> {
    if (id === undefined || id === '') throw new BadRequestException(missing);
    // A query can also be parsed to something that is no string, and cannot be made one.
    if (typeof id !== 'string') throw new SessionClosedError();
    const own = this.own(request, transport, id);
    const isSure = own && (!own.journal || (own.journal.isSure && !asks));
    return isSure ? own : this.confirmed(own, request, transport, id);
  }

  /** A session of this node, if it is the principal's. */
  own(request: HttpRequest, transport: McpTransportName, id: string): McpSession | undefined {
    const session = this.sessions.find(id, requestPrincipal(request));
    return session && this.isMeant(session, transport, request) ? session : undefined;
  }

  /**
   * A session of any node.
   *
   * @throws {SessionClosedError}
   * @throws {ClusterUnavailableError}
   */
  async remote(request: HttpRequest, transport: McpTransportName, id: string): Promise<RemoteSession> {
    const { cluster } = this;
    const record = SESSION_ID.test(id) ? await cluster?.find(id) : undefined;
    const isOwn = record && isSamePrincipal(record.principal, requestPrincipal(request));
    const isForeign = record ? !isOwn : this.isForeign(id, request);
    if (!isOwn || !this.isMeant(record, transport, request)) throw new SessionClosedError(isForeign);
    return new RemoteSession(record, cluster!);
  }

  /**
   * @throws {HttpException} 408, 413, 415
   * @throws {SessionLimitError} where memory is short, and the principal holds much of it
   * @throws {JsonRpcError} -32700
   */
  read(request: HttpRequest): MessageBody | Promise<MessageBody> {
    const { memory } = this.sessions;
    memory.settle();
    if (memory.isExhausted && memory.refuses(principalKey(requestPrincipal(request))))
      throw new SessionLimitError(
        'The server is short of memory, and your sessions hold much of it; wait for their answers.',
      );
    return readMessage(request, this.options.limits, this.bodyMemory);
  }

  /**
   * The messages of a body. Calls that wait for an answer which is refused with them fail at once.
   *
   * @param session that they are for, if there is one already
   * @returns a promise where they are refused and the session must be told, perhaps on another node
   * @throws {JsonRpcError} -32600
   */
  parse(
    session: McpSession | RemoteSession | undefined,
    { json, bytes }: MessageBody,
    hasBatches: boolean,
    request: HttpRequest,
  ): readonly JsonRpcMessage[] | Promise<never> {
    try {
      return parseMessages(json, hasBatches, this.options.limits.maxMessageDepth);
    } catch (error) {
      const messages = session && error instanceof JsonRpcError ? refusedAnswers(json, error) : [];
      if (!session || messages.length === 0) throw error;
      return this.refuse(session, { messages, bytes, request, onTaken: () => undefined }, error);
    }
  }

  /**
   * Reads the one message of a POST and hands it to the session.
   *
   * @param onTaken called once it is sure to be dealt with, and before it can be answered
   * @throws {HttpException} 408, 413, 415
   * @throws {JsonRpcError}
   * @throws {InsufficientScopeError}
   * @throws {SessionClosedError} when it ended while the message was read
   * @throws {TooManyRequestsError}
   */
  receive(
    session: McpSession | RemoteSession,
    request: HttpRequest,
    onTaken: () => void,
  ): void | Promise<void> {
    return andThen(this.read(request), (body) => {
      const messages = this.parse(session, body, false, request);
      if (messages instanceof Promise) return messages;
      return this.deliver(session, { messages, bytes: body.bytes, request, onTaken });
    });
  }

  /**
   * Messages that the session can receive: at once, unless a policy or the `contextFactory` takes its time.
   *
   * @param bytes of what carries them
   * @throws {InsufficientScopeError} for any request among them, so that it can be answered by HTTP
   * @throws as the session does
   */
  admit(
    session: McpSession,
    messages: readonly JsonRpcMessage[],
    bytes: number,
    request: HttpRequest,
  ): readonly AdmittedMessage[] | Promise<readonly AdmittedMessage[]> {
    return andThen(this.options.contextFactory?.(request), (extras) =>
      session.admit(messages, {
        principal: requestPrincipal(request),
        request,
        headers: rawRequest(request).headers,
        streamHeaders: session.streamHeaders,
        params: request.params,
        bytes,
        extras,
      }),
    );
  }

  private async refuse(session: McpSession | RemoteSession, answers: Post, error: unknown): Promise<never> {
    await this.deliver(session, answers);
    throw error;
  }

  private deliver(session: McpSession | RemoteSession, post: Post): void | Promise<void> {
    return session instanceof McpSession && !session.journal
      ? this.receiveHere(session, post)
      : this.receiveAnywhere(session, post);
  }

  private receiveHere(
    session: McpSession,
    { messages, bytes, request, onTaken }: Post,
  ): void | Promise<void> {
    return andThen(this.admit(session, messages, bytes, request), (admitted) =>
      session.receive(admitted, onTaken),
    );
  }

  /** At whichever node has the session by the time that the messages can be received. */
  private async receiveAnywhere(session: McpSession | RemoteSession, post: Post): Promise<void> {
    const { messages, bytes, request, onTaken } = post;
    try {
      if (session instanceof McpSession) {
        const admitted = await this.admit(session, messages, bytes, request);
        await session.keep(messages, 0);
        return session.receive(admitted, onTaken);
      }
    } catch (error) {
      if (!(error instanceof SessionMovedError)) throw error;
    }
    const { id, transport } = session instanceof McpSession ? session : session.record;
    const resent = session instanceof McpSession;
    const remote = resent ? await this.remote(request, transport, id) : session;
    await remote.post(messages, relayedOrigin(request, bytes), { resent });
    onTaken();
  }

  private async confirmed(
    own: McpSession | undefined,
    request: HttpRequest,
    transport: McpTransportName,
    id: string,
  ): Promise<McpSession | RemoteSession> {
    if (own && (await own.journal!.isOwned())) return own;
    return this.remote(request, transport, id);
  }

  private isForeign(id: string, request: HttpRequest): boolean {
    const session = this.sessions.get(id);
    return session !== undefined && !isSamePrincipal(session.principal, requestPrincipal(request));
  }

  private isMeant(
    session: Pick<McpSession | SessionRecord, 'transport' | 'params' | 'streamQuery'>,
    transport: McpTransportName,
    request: HttpRequest,
  ): boolean {
    return (
      session.transport === transport &&
      isSameRoute(session.params, request.params) &&
      (transport !== 'sse' || this.keptQuery.isSame(session.streamQuery ?? {}, request))
    );
  }
}

/** Parameters that both routes have must agree, or a tenant's session could be reached by another's path. */
function isSameRoute(session: McpSession['params'], request: HttpRequest['params']): boolean {
  for (const name in request) if (session[name] !== request[name]) return false;
  return true;
}
