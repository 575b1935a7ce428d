import type { AdoptedSession } from '../model/cluster/session-store.js';
import type { SessionCloseReason } from '../model/session-view.js';
import type { MemoryAccount } from '../streaming/memory-budget.js';
import type { McpSession } from './mcp-session.js';
import type { McpSessionFilter } from './session-filter.js';
import type { DisownedSession, SharedJournal } from './shared-journal.js';

/** An operation on sessions, whichever node they are on. `Filter` is the form in which it says which. */
export type SessionCommand<Filter = McpSessionFilter> =
  | {
      readonly type: 'notify';
      readonly id: string;
      readonly method: string;
      readonly params?: Record<string, unknown>;
    }
  | {
      readonly type: 'broadcast';
      readonly method: string;
      readonly params?: Record<string, unknown>;
      readonly where: Filter;
    }
  | { readonly type: 'updated'; readonly uri: string; readonly where: Filter }
  | { readonly type: 'close'; readonly id: string; readonly reason: SessionCloseReason }
  | { readonly type: 'closeWhere'; readonly where: Filter; readonly reason: SessionCloseReason };

/** A stream that a client reads here, of a session that another node owns. */
export interface RelayedStream {
  /** Ends the stream. Its client comes back to another node. */
  sendAway(retryMs: number): void;
}

/** Shares the sessions of this node with other nodes. */
export interface SessionSharing {
  /** Streams of other nodes' sessions that may end at any time. */
  readonly relayed: readonly RelayedStream[];

  /** @param adopted the session as its last owner left it; none for a new session */
  journal(id: string, memory: MemoryAccount, adopted?: AdoptedSession): SharedJournal;

  /** Makes a session reachable from other nodes. Its outlet is a `SharedOutlet`. */
  own(session: McpSession, adopted?: AdoptedSession): void;

  /** @returns undefined for a session that is not shared */
  disown(id: string): DisownedSession | undefined;

  /** Sends a command to all other nodes. */
  publish(command: SessionCommand): void;

  /** Adopts no more sessions. */
  startLeaving(): void;

  /** Leaves the other nodes. */
  stop(): Promise<void>;
}
