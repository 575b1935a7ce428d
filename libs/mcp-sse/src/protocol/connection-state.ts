import type { ClientCapabilities, Implementation, LoggingLevel } from '@modelcontextprotocol/sdk/types.js';

/** What a client has told of itself. */
export interface ClientState {
  protocolVersion?: string;
  clientInfo?: Implementation;
  clientCapabilities?: ClientCapabilities;
  /** Least severe level of log messages that the client wants. It gets all of them until it says so. */
  logLevel?: LoggingLevel;
}

/** What a connection has agreed with its client. Plain data, so that a store can keep it. */
export interface ConnectionState extends ClientState {
  /** Whether the client has sent `notifications/initialized`. Before that it is asked for nothing. */
  initialized?: boolean;
  /** URIs of the resources that the client has subscribed to; none yet if undefined. */
  subscriptions?: Set<string>;
}
