import type { IncomingHttpHeaders } from 'node:http';
import type { ClientCapabilities, Implementation } from '@modelcontextprotocol/sdk/types.js';
import type { Observable } from 'rxjs';
import type { McpPrincipal } from '../model/principal.js';
import type { McpSessionView, McpTransportName } from '../model/session-view.js';
import type { JsonRpcError } from '../model/errors/json-rpc.error.js';
import { parseMessage } from '../protocol/json-rpc.js';
import type { McpConnection } from '../protocol/mcp-connection.js';
import type { MessageOrigin } from '../protocol/message-origin.js';
import { eventId } from '../streaming/event-id.js';
import type { OutgoingStream } from '../streaming/outgoing-stream.js';
import type { Sink } from '../streaming/sink.js';
import type { StreamComment, StreamEvent } from '../streaming/stream-event.js';

/** What opens a session. */
export interface SessionOrigin {
  readonly transport: McpTransportName;
  readonly principal: McpPrincipal;
  /** Headers of the request that opened the stream. */
  readonly headers: IncomingHttpHeaders;
  /** Parameters of the route that the stream was opened on. */
  readonly params: Readonly<Record<string, string>>;
}

/** Ties a connection of the protocol to the stream that its messages go out on. */
export class McpSession implements McpSessionView {
  readonly transport: McpTransportName;
  readonly principal: McpPrincipal;
  readonly params: Readonly<Record<string, string>>;
  readonly createdAt = Date.now();
  lastActivityAt = this.createdAt;
  /** Whether any message ever came. */
  used = false;
  /** When the client went away; undefined while one is attached. */
  detachedAt?: number;

  private readonly connection: McpConnection;
  private position = 0;
  private closed = false;

  /**
   * @param connect makes the session's connection, given where its messages go
   * @param onOverflow called when the client reads too slowly for a message
   */
  constructor(
    readonly id: string,
    private readonly origin: SessionOrigin,
    private readonly stream: OutgoingStream,
    connect: (session: McpSession, send: (json: string) => void) => McpConnection,
    private readonly onOverflow: () => void,
  ) {
    this.transport = origin.transport;
    this.principal = origin.principal;
    this.params = origin.params;
    this.connection = connect(this, (json) => this.emit('message', json));
  }

  get attached(): boolean {
    return this.stream.attached;
  }

  get inFlight(): number {
    return this.connection.inFlight;
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

  /**
   * Takes a message that the client posted.
   *
   * @param body the parsed JSON of one message
   * @throws {JsonRpcError} when it is not a message, or its id is in flight
   * @throws {TooManyRequestsError}
   */
  receive(body: unknown, origin: Omit<MessageOrigin, 'streamHeaders'>): void {
    const message = parseMessage(body);
    this.used = true;
    this.lastActivityAt = Date.now();
    this.connection.accept(message, { ...origin, streamHeaders: this.origin.headers });
  }

  /** The stream that a client reads: first where it is to post its messages, then what is sent to it. */
  attach(endpoint: string, sink: Sink, onDetach: () => void): Observable<StreamEvent | StreamComment> {
    this.emit('endpoint', endpoint);
    return this.stream.attach(sink, () => {
      this.detachedAt = Date.now();
      onDetach();
    });
  }

  /** Answers what is in flight with an error and ends the stream after what waits on it. */
  end(error: JsonRpcError): void {
    this.connection.close(error);
    this.closed = true;
    this.stream.end();
  }

  /** Drops the client without sending what waits, and aborts what is in flight. */
  drop(error: JsonRpcError): void {
    this.closed = true;
    this.stream.destroy();
    this.connection.close(error);
  }

  private emit(type: StreamEvent['type'], data: string): void {
    if (this.closed) return;
    const id = eventId(this.id, ++this.position);
    if (!this.stream.push({ id, type, data })) this.onOverflow();
  }
}
