import type { ClientCapabilities, Implementation, LoggingLevel } from '@modelcontextprotocol/sdk/types.js';

/** What a connection has agreed with its client. Plain data, so that a store can keep it. */
export interface ConnectionState {
  protocolVersion?: string;
  clientInfo?: Implementation;
  clientCapabilities?: ClientCapabilities;
  /** Whether the client has said so (`notifications/initialized`): it is asked for nothing before. */
  initialized?: boolean;
  /** Least severe level that the client wants to hear of; all of them until it says so. */
  logLevel?: LoggingLevel;
  /** URIs of the resources that the client wants to hear of. */
  readonly subscriptions: Set<string>;
}
