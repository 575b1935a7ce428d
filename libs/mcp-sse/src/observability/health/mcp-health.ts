/** How a server is, as `McpHealthIndicator.read()` tells it. */
export interface McpHealth {
  /** `down` when no new clients are to be sent to this node, since it is being taken out of service. */
  readonly status: 'up' | 'down';
  readonly draining: boolean;
  /** How many this node has, and how many it may have. */
  readonly sessions: { readonly open: number; readonly max: number };
  /** Characters of events: those that wait for clients, and those that are kept, these included. */
  readonly events: {
    readonly queuedBytes: number;
    readonly keptBytes: number;
    readonly maxBytesPerSession: number;
  };
  /** Whether what nodes share can be reached; where there is a cluster. */
  readonly cluster?: 'up' | 'down';
}
