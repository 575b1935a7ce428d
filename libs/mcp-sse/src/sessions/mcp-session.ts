import type { IncomingHttpHeaders } from 'node:http';
import type { ClientCapabilities, Implementation, RequestId } from '@modelcontextprotocol/sdk/types.js';
import type { SessionRecord } from '../model/cluster/session-record.js';
import type { AdoptedSession } from '../model/cluster/session-store.js';
import type { JsonRpcError } from '../model/errors/json-rpc.error.js';
import type { McpPrincipal } from '../model/principal.js';
import type { McpTransportName } from '../model/session-view.js';
import type { ConnectionOutlet } from '../protocol/connection-outlet.js';
import { type JsonRpcMessage, serializeError } from '../protocol/json-rpc.js';
import type { McpConnection } from '../protocol/mcp-connection.js';
import type { MessageOrigin } from '../protocol/call-port.js';
import type { MemoryAccount } from '../streaming/memory-budget.js';
import type { SessionHost, SessionParts } from './session-host.js';
import type { SessionOrigin } from './session-origin.js';
import type { SessionOutlet } from './session-outlet.js';
import { SessionInbox, type InboxOwner } from './session-inbox.js';
import type { DisownedSession, SharedJournal } from './shared-journal.js';
import { TokenExpiry, type TokenHolder } from './token-expiry.js';

/** More than a node ever asks of a client. */
const CLIENT_REQUESTS_PER_EPOCH = 2 ** 32;
const NO_QUERY = Object.freeze({});

/** One client's conversation: a connection of the protocol, the outlet of its messages, and its lifetime. */
export class McpSession implements InboxOwner, TokenHolder, ConnectionOutlet {
  readonly transport: McpTransportName;
  /** As its newest token has it: a refreshed one may have other scopes. */
  principal: McpPrincipal;
  readonly params: Readonly<Record<string, string>>;
  readonly graceMs: number;
  readonly createdAt: number;
  lastActivityAt = Date.now();
  readonly outlet: SessionOutlet;
  readonly memory: MemoryAccount;
  readonly journal?: SharedJournal;

  /** Takes the messages of its client. */
  readonly inbox: SessionInbox;

  private readonly connection: McpConnection;
  /** Undefined while no token of the principal expires. */
  private expiry?: TokenExpiry;
  private headers: IncomingHttpHeaders;
  private query: Readonly<Record<string, unknown>>;
  private used = false;
  private closed = false;

  constructor(
    readonly id: string,
    origin: SessionOrigin,
    private readonly host: SessionHost,
    { outlet, memory, journal }: SessionParts,
  ) {
    this.outlet = outlet;
    this.memory = memory;
    this.journal = journal;
    this.createdAt = origin.createdAt ?? this.lastActivityAt;
    this.transport = origin.transport;
    this.principal = origin.principal;
    this.params = origin.params;
    this.graceMs = origin.graceMs;
    this.headers = origin.headers;
    this.query = origin.query ?? NO_QUERY;
    this.connection = host.connect(this, this);
    this.inbox = new SessionInbox(this, this.connection, host.observer, journal);
    this.watchExpiry();
  }

  /** Headers of the request that opened its stream, as it is now. */
  get streamHeaders(): IncomingHttpHeaders {
    return this.headers;
  }

  /** Query of that request. */
  get streamQuery(): Readonly<Record<string, unknown>> {
    return this.query;
  }

  /** Whether any message ever came. */
  get isUsed(): boolean {
    return this.used;
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

  /** Replaces the principal by that of a newer request: its token may have been refreshed. */
  renew(principal: McpPrincipal): void {
    const [newer, older] = [principal.expiresAt ?? Infinity, this.principal.expiresAt ?? Infinity];
    if (newer >= older) this.principal = principal;
    if (newer > older) this.journal?.save();
    this.watchExpiry();
  }

  /** Restarts the deadlines. */
  touch(): void {
    this.lastActivityAt = Date.now();
  }

  /** Restarts the deadlines, of which that of the first message no longer applies. */
  markUsed(): void {
    this.used = true;
    this.touch();
  }

  /** The client has opened its stream again, with another request. @param query as it was, unless given */
  streamOpened(headers: IncomingHttpHeaders, query = this.query): void {
    this.touch();
    this.headers = headers;
    this.query = query;
  }

  /** Ends the streams ahead of the token's expiry. The client comes back with a newer token. */
  tokenExpires(): void {
    this.touch();
    this.outlet.detach();
    this.host.expired(this);
  }

  /** See {@link SessionInbox.accept}. */
  accept(
    messages: readonly JsonRpcMessage[],
    origin: MessageOrigin,
    onTaken?: () => void,
    stream?: number,
  ): void | Promise<void> {
    return this.inbox.accept(messages, origin, onTaken, stream);
  }

  isInFlight(id: RequestId): boolean {
    return this.connection.isInFlight(id);
  }

  /** Resolves once nothing is in flight. */
  whenIdle(): Promise<void> {
    return this.connection.whenIdle();
  }

  /** Prepares a hand-over: new requests wait for the next owner. Resolves once nothing is in flight. */
  depart(): Promise<void> {
    this.inbox.depart();
    return this.whenIdle();
  }

  /** What other nodes need to know to go on with the session. */
  get record(): SessionRecord {
    const { id, transport, principal, params, streamHeaders, streamQuery, graceMs, createdAt } = this;
    const { subscriptions, ...negotiated } = this.connection.state;
    const state = { ...negotiated, subscriptions: [...(subscriptions ?? [])] };
    return { id, transport, principal, params, streamHeaders, streamQuery, graceMs, createdAt, state };
  }

  /** Goes on from another node. @param error the answer to the requests that it left */
  restore({ record, epoch, inFlight }: AdoptedSession, error: JsonRpcError): void {
    this.used = true;
    this.connection.restore(record.state, epoch * CLIENT_REQUESTS_PER_EPOCH);
    for (const [key] of inFlight) this.lose(JSON.parse(key) as RequestId, error);
  }

  /** Answers a request that another node left. */
  lose(id: RequestId, error: JsonRpcError): void {
    this.send(serializeError(id, error), id, true);
  }

  /** Watches again the resources that the client has subscribed to. @param originOf gives the principal and context */
  watchAgain(originOf: () => Promise<Omit<MessageOrigin, 'streamHeaders'>>): Promise<void> {
    const { streamHeaders } = this;
    return this.connection.watchAgain(async () => ({ ...(await originOf()), streamHeaders }));
  }

  /** Answers what is in flight with an error, then ends after what waits. */
  end(answer: () => JsonRpcError, endsConnection: boolean): void {
    this.connection.close(answer);
    this.close();
    if (this.journal) this.journal.after(() => this.outlet.end(endsConnection));
    else this.outlet.end(endsConnection);
    this.memory.close();
  }

  /** Aborts what is in flight and drops the client without sending what waits. */
  drop(answer: () => JsonRpcError): void {
    this.close();
    this.outlet.destroy();
    this.connection.close(answer);
    this.memory.close();
  }

  /** Answers what is in flight with an error, then leaves the session to the next owner. */
  async handOver(
    answer: () => JsonRpcError,
    disowned: DisownedSession,
    endsConnection: boolean,
  ): Promise<void> {
    this.connection.close(answer);
    this.expiry?.stop();
    this.closed = true;
    this.inbox.refuse(true);
    await disowned.release();
    this.inbox.close(true);
    this.outlet.end(endsConnection);
    this.memory.close();
  }

  /** Aborts what is in flight, since another node owns the session already. The client comes back to it. */
  leave(answer: () => JsonRpcError, retryMs: number): void {
    this.close(true);
    this.connection.close(answer);
    this.outlet.hint(retryMs);
    this.outlet.end(false);
    this.memory.close();
  }

  /** Sends a message of the connection, as `abandon` to `hold` do what it asks for. */
  send(json: string, relatesTo?: RequestId, isAnswer?: boolean): void {
    if (this.closed) return;
    // A deadline must not fall on the answer of a call that took as long.
    if (isAnswer) this.touch();
    this.host.observer.messages?.sent(this, json);
    if (!this.outlet.send(json, relatesTo, isAnswer)) this.host.overflowed(this);
  }

  abandon(relatesTo: RequestId): void {
    this.outlet.abandon(relatesTo);
    this.journal?.complete(JSON.stringify(relatesTo));
  }

  closeStream(relatesTo: RequestId, retryMs?: number): void {
    this.touch();
    this.outlet.closeStream(relatesTo, retryMs);
  }

  stateChanged(): void {
    this.journal?.save();
  }

  hold(bytes: number): void {
    this.memory.add(bytes);
  }

  private watchExpiry(): void {
    const { expiresAt } = this.principal;
    if (expiresAt !== undefined) this.expiry ??= new TokenExpiry(this);
    this.expiry?.watch(expiresAt);
  }

  private close(isMoved = false): void {
    this.expiry?.stop();
    this.closed = true;
    this.inbox.close(isMoved);
  }
}
