import { Inject, Injectable } from '@nestjs/common';
import { requestPrincipal } from '../../auth/request-principal.js';
import { RemoteSession } from '../../cluster/remote-session.js';
import type { BodyMemory } from '../../http/body-text.js';
import { rawRequest, type HttpRequest } from '../../http/raw-request.js';
import { andThen } from '../../model/and-then.js';
import { JsonRpcError } from '../../model/errors/json-rpc.error.js';
import { principalKey } from '../../model/principal.js';
import { MCP_OPTIONS, type ResolvedOptions } from '../../model/resolved-options.js';
import { parseMessages, type JsonRpcMessage } from '../../protocol/json-rpc.js';
import { refusedAnswers } from '../../protocol/refused-message.js';
import type { McpSession } from '../../sessions/mcp-session.js';
import { McpSessionService } from '../../sessions/mcp-session.service.js';
import { SessionLimitError, SessionMovedError } from '../../sessions/session.errors.js';
import { relayedOrigin } from '../relay/relayed-origin.js';
import { readMessage, type MessageBody } from './message-body.js';
import type { Delivery, Post } from './post.js';
import { SessionFinder } from './session-finder.js';
import { StatelessIntake } from './stateless-intake.js';

type AnySession = McpSession | RemoteSession;
type Messages = readonly JsonRpcMessage[];

/** Takes every POST with messages: finds the session, reads the body, and hands the messages over. */
@Injectable()
export class MessageIntake {
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
    private readonly finder: SessionFinder,
    private readonly stateless: StatelessIntake,
    @Inject(MCP_OPTIONS) private readonly options: ResolvedOptions,
  ) {}

  /**
   * Takes a POST in one pass. Returns a promise only if something is waited for: the rest of the body, a policy, the
   * `contextFactory` or the cluster.
   *
   * @throws {HttpException} 400, 408, 413, 415
   * @throws {JsonRpcError} -32700, -32600
   * @throws {SessionLimitError} when memory is short
   * @throws as `SessionFinder.find`, `Post.open`, `McpSession.accept` and `StatelessIntake.receive` do
   */
  receive(post: Post): void | Promise<void> {
    const { request, statelessResponse } = post;
    if (statelessResponse === undefined)
      return andThen(this.find(post), (session) =>
        andThen(this.read(request), (body) => this.take(post, session, body)),
      );
    const body = this.read(request);
    return body instanceof Promise
      ? body.then((read) => this.receiveRead(post, read))
      : this.receiveRead(post, body);
  }

  /** Takes a POST whose body decides whether there is a session. */
  private receiveRead(post: Post, body: MessageBody): void | Promise<void> {
    const { request, statelessResponse } = post;
    if (this.stateless.isModern(body.json, request))
      return this.stateless.receive(request, statelessResponse, body);
    return andThen(this.find(post), (session) => this.take(post, session, body));
  }

  /** The session that a POST is for; undefined for one that opens a session. */
  private find(post: Post): AnySession | undefined | Promise<AnySession> {
    const { request, transport, sessionId, missingId } = post;
    const opens = sessionId === undefined && post.open !== undefined;
    return opens ? undefined : this.finder.find(request, transport, sessionId, missingId);
  }

  private read(request: HttpRequest): MessageBody | Promise<MessageBody> {
    const { memory } = this.sessions;
    memory.settle();
    if (memory.isExhausted && memory.refuses(principalKey(requestPrincipal(request))))
      throw new SessionLimitError(
        'The server is short of memory, and your sessions hold much of it; wait for their answers.',
      );
    return readMessage(request, this.options.limits, this.bodyMemory);
  }

  private take(post: Post, session: AnySession | undefined, body: MessageBody): void | Promise<void> {
    const { json, bytes } = body;
    let messages: Messages;
    try {
      messages = parseMessages(json, post.allowsBatch(session, json), this.options.limits.maxMessageDepth);
    } catch (error) {
      if (session && error instanceof JsonRpcError) return this.refuse(post, session, body, error);
      throw error;
    }
    return session ? this.deliver(post, session, messages, bytes) : this.deliverFirst(post, messages, bytes);
  }

  /** Refuses a body. Calls that wait for an answer in it fail at once. */
  private async refuse(
    { request }: Post,
    session: AnySession,
    { json, bytes }: MessageBody,
    error: JsonRpcError,
  ): Promise<never> {
    const answers = refusedAnswers(json, error);
    const delivery: Delivery = {
      request,
      taken: () => undefined,
      relay: async (remote) => void (await remote.post(answers, relayedOrigin(request, bytes))),
    };
    if (answers.length > 0) await this.deliver(delivery, session, answers, bytes);
    throw error;
  }

  private deliver(
    delivery: Delivery,
    session: AnySession,
    messages: Messages,
    bytes: number,
  ): void | Promise<void> {
    if (session instanceof RemoteSession) return delivery.relay(session, messages, bytes, false);
    return session.journal
      ? this.acceptOrRelay(delivery, session, messages, bytes)
      : this.accept(delivery, session, messages, bytes);
  }

  /** Closes a new session whose first messages are refused: nobody would know of it. */
  private async deliverFirst(post: Post, messages: Messages, bytes: number): Promise<void> {
    const session = post.open!(messages);
    try {
      await this.accept(post, session, messages, bytes);
    } catch (error) {
      this.sessions.close(session.id, 'client-closed');
      throw error;
    }
  }

  /** Another node may own the session by the time that the messages can be accepted. */
  private async acceptOrRelay(
    delivery: Delivery,
    session: McpSession,
    messages: Messages,
    bytes: number,
  ): Promise<void> {
    try {
      await this.accept(delivery, session, messages, bytes);
    } catch (error) {
      if (!(error instanceof SessionMovedError)) throw error;
      const remote = await this.finder.remote(delivery.request, session.transport, session.id);
      await delivery.relay(remote, messages, bytes, true, error.hasBegun);
    }
  }

  private accept(
    delivery: Delivery,
    session: McpSession,
    messages: Messages,
    bytes: number,
  ): void | Promise<void> {
    const { request } = delivery;
    return andThen(this.options.contextFactory?.(request), (extras) => {
      const origin = {
        principal: requestPrincipal(request),
        request,
        headers: rawRequest(request).headers,
        streamHeaders: session.streamHeaders,
        params: request.params,
        bytes,
        extras,
      };
      return session.accept(messages, origin, () => delivery.taken(session, messages), delivery.stream);
    });
  }
}
