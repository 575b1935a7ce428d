import type { ClientCapabilities, Implementation } from '@modelcontextprotocol/sdk/types.js';
import type { McpPrincipal } from './principal.js';

export type McpTransportName = 'sse' | 'streamable-http' | 'stdio';

/** Why a session ended. */
export type SessionCloseReason =
  | 'client-disconnected'
  | 'client-closed'
  | 'init-timeout'
  | 'idle-timeout'
  | 'grace-expired'
  | 'slow-client'
  /** All sessions together held more than `limits.maxBytes`, and those of its principal the most. */
  | 'memory'
  | 'revoked'
  /** It did not end: another node has it now. */
  | 'moved'
  | 'shutdown'
  | 'server';

/** What an application sees of a session. */
export interface McpSessionView {
  /** Unguessable, 22 characters of base64url. */
  readonly id: string;
  readonly transport: McpTransportName;
  readonly principal: McpPrincipal;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  /** Milliseconds since the epoch; the last message that the client sent. */
  readonly lastActivityAt: number;
  /** Whether a client reads the session's stream right now. */
  readonly attached: boolean;
  /** Requests of the client that have no answer yet. */
  readonly inFlight: number;
  /** Characters of messages that wait for the client to read them. */
  readonly queuedBytes: number;
  /** Parameters of the route that the stream was opened on, such as `tenant` in `/:tenant/sse`. */
  readonly params: Readonly<Record<string, string>>;
  /** Query that the stream was opened with, as `McpContext.streamQuery` has it. */
  readonly streamQuery: Readonly<Record<string, unknown>>;
  readonly protocolVersion?: string;
  readonly clientInfo?: Implementation;
  readonly clientCapabilities?: ClientCapabilities;
  /** Sends a notification on the session's stream. */
  notify(method: string, params?: Record<string, unknown>): void;
}
