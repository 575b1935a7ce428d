import type { McpSessionFilter } from './session-filter.js';
import type { RelayedStream } from './session-sharing.js';

/** The clients of this node that have no session. */
export interface StatelessClients {
  /** The streams on which they listen. */
  readonly listening: readonly RelayedStream[];

  /** Sends a notification to those who listen to its kind. */
  notify(where: McpSessionFilter, method: string): void;

  /** Tells those who listen to a resource that it has changed. */
  resourceUpdated(where: McpSessionFilter, uri: string): void;

  /** Ends their requests and streams. */
  closeWhere(where: McpSessionFilter): void;
}
