import type { IncomingHttpHeaders } from 'node:http';
import type { ClientCapabilities, Implementation, RequestId } from '@modelcontextprotocol/sdk/types.js';
import type { JsonRpcError } from '../model/errors/json-rpc.error.js';
import type { McpPrincipal } from '../model/principal.js';
import type { McpSessionView, McpTransportName } from '../model/session-view.js';
import type { AdmittedMessage } from '../protocol/admitted-message.js';
import type { JsonRpcMessage } from '../protocol/json-rpc.js';
import type { ConnectionOutlet, McpConnection } from '../protocol/mcp-connection.js';
import type { MessageOrigin } from '../protocol/message-origin.js';
import { SessionClosedError } from './errors/session-closed.error.js';
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
}

/** Ties a connection of the protocol to the way that its messages go out. */
export class McpSession implements McpSessionView {
  readonly transport: McpTransportName;
  /** As its newest token has it: a refreshed one may have other scopes. */
  principal: McpPrincipal;
  readonly params: Readonly<Record<string, string>>;
  readonly graceMs: number;
  readonly createdAt = Date.now();
  lastActivityAt = this.createdAt;
  /** Headers of the request that opened its stream, as it is now. */
  streamHeaders: IncomingHttpHeaders;
  /** Whether any message ever came. */
  used = false;

  private readonly connection: McpConnection;
  private readonly expiry: TokenExpiry;
  private closed = false;

  /**
   * @param connect makes the session's connection, given the way out
   * @param onOverflow called when the client reads too slowly for a message
   * @param onExpiry called when its streams were ended because its principal's token expires
   */
  constructor(
    readonly id: string,
    origin: SessionOrigin,
    readonly outlet: SessionOutlet,
    connect: (session: McpSession, outlet: ConnectionOutlet) => McpConnection,
    private readonly onOverflow: () => void,
    onExpiry: () => void,
  ) {
    this.transport = origin.transport;
    this.principal = origin.principal;
    this.params = origin.params;
    this.graceMs = origin.graceMs;
    this.streamHeaders = origin.headers;
    this.connection = connect(this, {
      send: (json, relatesTo, isAnswer) => this.emit(json, relatesTo, isAnswer),
      abandon: (relatesTo) => outlet.abandon(relatesTo),
      closeStream: (relatesTo, retryMs) => {
        this.touch();
        outlet.closeStream(relatesTo, retryMs);
      },
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
    if ((principal.expiresAt ?? Infinity) >= (this.principal.expiresAt ?? Infinity))
      this.principal = principal;
    this.expiry.watch(this.principal.expiresAt);
  }

  /** Makes a deadline start anew. */
  touch(): void {
    this.lastActivityAt = Date.now();
  }

  /**
   * Finds out which requests among messages that come together their client may make. Nothing is taken yet.
   *
   * @throws {SessionClosedError}
   * @throws {JsonRpcError} when an id is in flight
   * @throws {TooManyRequestsError}
   */
  admit(
    messages: readonly JsonRpcMessage[],
    origin: Omit<MessageOrigin, 'streamHeaders'>,
  ): Promise<readonly AdmittedMessage[]> {
    this.assertReceivable(messages);
    const { streamHeaders } = this;
    return this.connection.admit(messages, { ...origin, streamHeaders });
  }

  /**
   * Takes messages that are admitted, all of them or none.
   *
   * @param onTaken called before any of them can be answered
   * @throws as `admit` does: others may have come in while a policy was asked
   */
  receive(admitted: readonly AdmittedMessage[], onTaken: () => void = () => undefined): void {
    this.assertReceivable(admitted.map(({ message }) => message));
    this.used = true;
    this.touch();
    onTaken();
    for (const message of admitted) this.connection.accept(message);
  }

  /** Resolves as soon as nothing is in flight. */
  whenIdle(): Promise<void> {
    return this.connection.whenIdle();
  }

  /** Answers what is in flight with an error and ends it after what waits. */
  end(error: JsonRpcError, endsConnection: boolean): void {
    this.expiry.stop();
    this.connection.close(error);
    this.closed = true;
    this.outlet.end(endsConnection);
  }

  /** Drops the client without sending what waits, and aborts what is in flight. */
  drop(error: JsonRpcError): void {
    this.expiry.stop();
    this.closed = true;
    this.outlet.destroy();
    this.connection.close(error);
  }

  private assertReceivable(messages: readonly JsonRpcMessage[]): void {
    if (this.closed) throw new SessionClosedError();
    this.connection.assertAcceptable(messages);
  }

  private emit(json: string, relatesTo?: RequestId, isAnswer?: boolean): void {
    if (this.closed) return;
    // A deadline must not fall on the answer of a call that took as long.
    if (isAnswer) this.touch();
    if (!this.outlet.send(json, relatesTo, isAnswer)) this.onOverflow();
  }
}
