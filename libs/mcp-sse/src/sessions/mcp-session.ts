import type { IncomingHttpHeaders } from 'node:http';
import type { ClientCapabilities, Implementation, RequestId } from '@modelcontextprotocol/sdk/types.js';
import type { SessionRecord } from '../model/cluster/session-record.js';
import type { AdoptedSession } from '../model/cluster/session-store.js';
import type { JsonRpcError } from '../model/errors/json-rpc.error.js';
import type { McpPrincipal } from '../model/principal.js';
import type { McpSessionView, McpTransportName } from '../model/session-view.js';
import type { TrafficObserver } from '../model/traffic-observer.js';
import type { AdmittedMessage } from '../protocol/admitted-message.js';
import type { JsonRpcMessage } from '../protocol/json-rpc.js';
import type { ConnectionOutlet } from '../protocol/connection-outlet.js';
import type { McpConnection } from '../protocol/mcp-connection.js';
import type { MessageOrigin } from '../protocol/message-origin.js';
import { serializeError } from '../protocol/serialize.js';
import type { MemoryAccount } from '../streaming/memory-account.js';
import { SessionClosedError } from './errors/session-closed.error.js';
import { ClusterUnavailableError } from '../model/errors/cluster-unavailable.error.js';
import { SessionMovedError } from './errors/session-moved.error.js';
import { permitted } from './permitted.js';
import type { SessionJournal } from './cluster/session-journal.js';
import type { SessionOutlet } from './session-outlet.js';
import { TokenExpiry } from './token-expiry.js';

/** What opens a session. */
export interface SessionOrigin {
  readonly transport: McpTransportName;
  readonly principal: McpPrincipal;
  /** Headers of the request that opened it. */
  readonly headers: IncomingHttpHeaders;
  /** Parameters of the route that it was opened on. */
  readonly params: Readonly<Record<string, string>>;
  /** How long it lives after its client detached or posted something, in milliseconds. */
  readonly graceMs: number;
  /** Milliseconds since the epoch; now unless given. */
  readonly createdAt?: number;
  /** Whether no other node is to know of it, such as one that ends with its first answers. */
  readonly isLocal?: boolean;
}

/** More than a node ever asks of a client. */
const CLIENT_REQUESTS_PER_EPOCH = 2 ** 32;

/** Ties a connection of the protocol to the way that its messages go out. */
export class McpSession implements McpSessionView {
  readonly transport: McpTransportName;
  /** As its newest token has it: a refreshed one may have other scopes. */
  principal: McpPrincipal;
  readonly params: Readonly<Record<string, string>>;
  readonly graceMs: number;
  readonly createdAt: number;
  lastActivityAt = Date.now();
  /** Headers of the request that opened its stream, as it is now. */
  streamHeaders: IncomingHttpHeaders;
  /** Whether any message ever came. */
  used = false;

  private readonly connection: McpConnection;
  private readonly expiry: TokenExpiry;
  private closed = false;
  private moved = false;
  private departure?: { readonly over: Promise<void>; readonly end: () => void };
  /** Requests that are about to be received. */
  private readonly expected = new Set<RequestId>();

  /**
   * @param memory pays for what it holds
   * @param connect makes the session's connection, given the way out
   * @param onOverflow called when the client reads too slowly for a message
   * @param onExpiry called when its streams were ended because its principal's token expires
   * @param observer is told of its messages
   * @param journal where it is kept, when other nodes may go on with it
   */
  constructor(
    readonly id: string,
    origin: SessionOrigin,
    readonly outlet: SessionOutlet,
    readonly memory: MemoryAccount,
    connect: (session: McpSession, outlet: ConnectionOutlet) => McpConnection,
    private readonly onOverflow: () => void,
    onExpiry: () => void,
    private readonly observer: TrafficObserver,
    readonly journal?: SessionJournal,
  ) {
    this.createdAt = origin.createdAt ?? this.lastActivityAt;
    this.transport = origin.transport;
    this.principal = origin.principal;
    this.params = origin.params;
    this.graceMs = origin.graceMs;
    this.streamHeaders = origin.headers;
    this.connection = connect(this, {
      send: (json, relatesTo, isAnswer) => this.emit(json, relatesTo, isAnswer),
      abandon: (relatesTo) => {
        outlet.abandon(relatesTo);
        journal?.complete(JSON.stringify(relatesTo));
      },
      closeStream: (relatesTo, retryMs) => {
        this.touch();
        outlet.closeStream(relatesTo, retryMs);
      },
      stateChanged: () => journal?.save(),
      hold: (bytes) => memory.add(bytes),
    });
    this.expiry = new TokenExpiry(
      () => this.inFlight > 0,
      () => {
        this.touch();
        outlet.detach();
        onExpiry();
      },
    );
    this.expiry.watch(this.principal.expiresAt);
  }

  get attached(): boolean {
    return this.outlet.attached;
  }

  get inFlight(): number {
    return this.connection.inFlight;
  }

  get queuedBytes(): number {
    return this.outlet.queuedBytes;
  }

  /** Requests whose answers no client has come back for so far. */
  get orphaned(): number {
    return this.inFlight + this.outlet.unread;
  }

  get protocolVersion(): string | undefined {
    return this.connection.state.protocolVersion;
  }

  get clientInfo(): Implementation | undefined {
    return this.connection.state.clientInfo;
  }

  get clientCapabilities(): ClientCapabilities | undefined {
    return this.connection.state.clientCapabilities;
  }

  notify(method: string, params?: Record<string, unknown>): void {
    this.connection.notify(method, params);
  }

  /** Tells the client that a resource has changed, if it has subscribed to it. */
  resourceUpdated(uri: string): void {
    this.connection.resourceUpdated(uri);
  }

  /** Takes note of the principal as a newer request has it: its token may have been refreshed. */
  renew(principal: McpPrincipal): void {
    const [newer, older] = [principal.expiresAt ?? Infinity, this.principal.expiresAt ?? Infinity];
    if (newer >= older) this.principal = principal;
    if (newer > older) this.journal?.save();
    this.expiry.watch(this.principal.expiresAt);
  }

  /** Makes a deadline start anew. */
  touch(): void {
    this.lastActivityAt = Date.now();
  }

  /**
   * Takes messages that come together, all of them or none. Synchronous, unless a policy or the journal is waited for.
   *
   * @param onTaken called before any of them can be answered
   * @param stream that carries the answers: in a cluster, the requests are kept for it before they are taken
   * @throws {InsufficientScopeError} for a request that the client could make with more scopes; on stdio it is
   *   answered with that error instead
   * @throws as `admit` and `keep` do
   */
  accept(
    messages: readonly JsonRpcMessage[],
    origin: MessageOrigin,
    onTaken?: () => void,
    stream?: number,
  ): void | Promise<void> {
    const admitted = this.admit(messages, origin);
    const isKept = this.journal !== undefined && stream !== undefined;
    if (isKept || admitted instanceof Promise) return this.acceptLater(messages, admitted, onTaken, stream);
    this.assertPermitted(admitted);
    this.take(admitted, onTaken);
  }

  /**
   * Finds out which requests among messages that come together their client may make: at once, unless a policy takes
   * its time. Nothing is taken yet.
   *
   * @throws {SessionMovedError} when another node has the session
   * @throws {SessionClosedError}
   * @throws {JsonRpcError} when an id is in flight
   * @throws {TooManyRequestsError}
   */
  admit(
    messages: readonly JsonRpcMessage[],
    origin: MessageOrigin,
  ): readonly AdmittedMessage[] | Promise<readonly AdmittedMessage[]> {
    this.assertReceivable(messages);
    // The node that has the session next answers them.
    if (this.departure && messages.some(({ kind }) => kind === 'request'))
      return this.departure.over.then(() => this.admit(messages, origin));
    return this.connection.admit(messages, origin);
  }

  /**
   * Has requests that are admitted kept, so that they are answered whatever happens to this node. They are to be
   * received at once then.
   *
   * @param stream that carries the answers
   * @param mustBeKept whether they are refused when they cannot be kept for now
   * @throws as `admit` does, and {@link ClusterUnavailableError}
   */
  async keep(messages: readonly JsonRpcMessage[], stream: number, mustBeKept = false): Promise<void> {
    this.assertReceivable(messages);
    if (!this.journal) return;
    const ids = messages.filter((message) => message.kind === 'request').map(({ id }) => id);
    if (ids.length === 0) return;
    for (const id of ids) this.expected.add(id);
    const keeping = await this.journal.keep(
      ids.map((id) => JSON.stringify(id)),
      stream,
    );
    const isTaken = keeping === 'kept' || (keeping === 'unkept' && !mustBeKept);
    if (isTaken && !this.closed) return;
    for (const id of ids) {
      this.expected.delete(id);
      this.journal.complete(JSON.stringify(id));
    }
    if (this.moved || keeping === 'fenced') throw new SessionMovedError();
    throw this.closed ? new SessionClosedError() : new ClusterUnavailableError();
  }

  /**
   * Takes messages that are admitted, all of them or none.
   *
   * @param onTaken called before any of them can be answered
   * @throws as `admit` does: others may have come in while a policy was asked
   */
  receive(admitted: readonly AdmittedMessage[], onTaken?: () => void): void {
    for (const { request } of admitted) if (request) this.expected.delete(request.context.requestId);
    this.assertReceivable(admitted.map(({ message }) => message));
    this.take(admitted, onTaken);
  }

  /** Resolves as soon as nothing is in flight. */
  whenIdle(): Promise<void> {
    return this.connection.whenIdle();
  }

  /**
   * Prepares for another node to have the session: requests that come from now on wait for that. Resolves as soon as
   * nothing is in flight.
   */
  depart(): Promise<void> {
    if (this.journal && !this.departure) {
      let end!: () => void;
      this.departure = { over: new Promise((resolve) => (end = resolve)), end };
    }
    return this.whenIdle();
  }

  /** As other nodes need to know it. */
  get record(): SessionRecord {
    const { id, transport, principal, params, streamHeaders, graceMs, createdAt } = this;
    const { subscriptions, ...negotiated } = this.connection.state;
    const state = { ...negotiated, subscriptions: [...subscriptions] };
    return { id, transport, principal, params, streamHeaders, graceMs, createdAt, state };
  }

  /** Goes on where another node has ended: what that had in flight is answered with an error. */
  restore({ record, epoch, inFlight }: AdoptedSession, error: JsonRpcError): void {
    this.used = true;
    this.connection.restore(record.state, epoch * CLIENT_REQUESTS_PER_EPOCH);
    for (const [key] of inFlight) {
      const id = JSON.parse(key) as RequestId;
      this.emit(serializeError(id, error), id, true);
    }
  }

  /** Watches again the resources that its client has subscribed to. @param originOf for whom */
  watchAgain(originOf: () => Promise<Omit<MessageOrigin, 'streamHeaders'>>): Promise<void> {
    const { streamHeaders } = this;
    return this.connection.watchAgain(async () => ({ ...(await originOf()), streamHeaders }));
  }

  /** Answers what is in flight with an error and ends it after what waits. */
  end(error: JsonRpcError, endsConnection: boolean): void {
    this.expiry.stop();
    this.connection.close(error);
    this.close();
    if (this.journal) this.journal.after(() => this.outlet.end(endsConnection));
    else this.outlet.end(endsConnection);
    this.memory.close();
  }

  /** Drops the client without sending what waits, and aborts what is in flight. */
  drop(error: JsonRpcError): void {
    this.expiry.stop();
    this.close();
    this.outlet.destroy();
    this.connection.close(error);
    this.memory.close();
  }

  /**
   * Answers what is in flight with an error and ends it here, for another node to go on with.
   *
   * @param release lets others have it, once all of that is kept
   */
  async handOver(error: JsonRpcError, release: () => Promise<void>, endsConnection: boolean): Promise<void> {
    this.expiry.stop();
    this.connection.close(error);
    this.moved = this.closed = true;
    await release();
    this.close();
    this.outlet.end(endsConnection);
    this.memory.close();
  }

  /** Leaves the session to another node, which has it already: aborts what is in flight, and has the client come back. */
  leave(error: JsonRpcError, retryMs: number): void {
    this.expiry.stop();
    this.moved = true;
    this.close();
    this.connection.close(error);
    this.outlet.hint(retryMs);
    this.outlet.end(false);
  }

  /** @throws as `admit` does */
  assertReceivable(messages: readonly JsonRpcMessage[]): void {
    if (this.moved) throw new SessionMovedError();
    if (this.closed) throw new SessionClosedError();
    this.connection.assertAcceptable(messages, this.expected);
  }

  private async acceptLater(
    messages: readonly JsonRpcMessage[],
    admitting: readonly AdmittedMessage[] | Promise<readonly AdmittedMessage[]>,
    onTaken?: () => void,
    stream?: number,
  ): Promise<void> {
    const admitted = await admitting;
    this.assertPermitted(admitted);
    if (stream !== undefined) await this.keep(messages, stream);
    this.receive(admitted, onTaken);
  }

  private assertPermitted(admitted: readonly AdmittedMessage[]): void {
    if (this.transport !== 'stdio') permitted(admitted, this.observer);
  }

  private take(admitted: readonly AdmittedMessage[], onTaken?: () => void): void {
    this.used = true;
    this.touch();
    onTaken?.();
    this.observer.messages?.received(this, admitted);
    for (const message of admitted) this.connection.accept(message);
  }

  private close(): void {
    this.closed = true;
    this.departure?.end();
  }

  private emit(json: string, relatesTo?: RequestId, isAnswer?: boolean): void {
    if (this.closed) return;
    // A deadline must not fall on the answer of a call that took as long.
    if (isAnswer) this.touch();
    this.observer.messages?.sent(this, json);
    if (!this.outlet.send(json, relatesTo, isAnswer)) this.onOverflow();
  }
}
