import type { IncomingHttpHeaders } from 'node:http';
import type { ClientCapabilities, Implementation, LoggingLevel } from '@modelcontextprotocol/sdk/types.js';
import type { McpPrincipal } from '../principal.js';
import type { McpTransportName } from '../session-view.js';

/** What a node must know of a session to go on with it. Plain JSON. */
export interface SessionRecord {
  readonly id: string;
  readonly transport: McpTransportName;
  readonly principal: McpPrincipal;
  readonly params: Readonly<Record<string, string>>;
  /** Headers of the request that opened its stream, as far as they may be stored. */
  readonly streamHeaders: IncomingHttpHeaders;
  /** Query of that request, likewise; an earlier version has none. */
  readonly streamQuery?: Readonly<Record<string, unknown>>;
  readonly graceMs: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly state: NegotiatedState;
}

/** What a session has agreed with its client. */
export interface NegotiatedState {
  readonly protocolVersion?: string;
  readonly clientInfo?: Implementation;
  readonly clientCapabilities?: ClientCapabilities;
  /** Whether the client has said that it may be asked. */
  readonly initialized?: boolean;
  readonly logLevel?: LoggingLevel;
  readonly subscriptions: readonly string[];
}
