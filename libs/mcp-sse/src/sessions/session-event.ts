import type { McpSessionView, SessionCloseReason } from '../model/session-view.js';

/** What happens to sessions. */
export type McpSessionEvent =
  | { readonly type: 'opened'; readonly session: McpSessionView }
  /** Its streams were ended because the newest token of its principal expires. */
  | { readonly type: 'expired'; readonly session: McpSessionView }
  /** A client was disconnected because it did not read. It can come back. */
  | { readonly type: 'cut'; readonly session: McpSessionView }
  /** What it kept for a client that comes back was given up, all or in part: all sessions together held too much. */
  | { readonly type: 'trimmed'; readonly session: McpSessionView }
  /** A client that had lost its stream came back to it. */
  | { readonly type: 'resumed'; readonly session: McpSessionView }
  /** This node goes on with a session that another one has left. */
  | {
      readonly type: 'adopted';
      readonly session: McpSessionView;
      /** Requests in flight, which were answered with an error. */
      readonly lost: number;
    }
  | {
      readonly type: 'closed';
      readonly session: McpSessionView;
      readonly reason: SessionCloseReason;
      /** Requests whose answers no client came back for. */
      readonly orphaned: number;
    };
