import type { TrafficObserver } from '../model/traffic-observer.js';
import type { ConnectionOutlet } from '../protocol/connection-outlet.js';
import type { McpConnection } from '../protocol/mcp-connection.js';
import type { MemoryAccount } from '../streaming/memory-budget.js';
import type { McpSession } from './mcp-session.js';
import type { SessionOutlet } from './session-outlet.js';
import type { SharedJournal } from './shared-journal.js';

/** What a session is made of. */
export interface SessionParts {
  readonly outlet: SessionOutlet;
  /** Pays for what it holds. */
  readonly memory: MemoryAccount;
  /** Where other nodes can go on with it. */
  readonly journal?: SharedJournal;
}

/** Keeps sessions, and hears from them. */
export interface SessionHost {
  /** Is told of their messages. */
  readonly observer: TrafficObserver;
  connect(session: McpSession, outlet: ConnectionOutlet): McpConnection;
  /** The client reads too slowly: the backlog exceeds the limit. */
  overflowed(session: McpSession): void;
  /** The streams have ended because the principal's token expires. */
  expired(session: McpSession): void;
}
