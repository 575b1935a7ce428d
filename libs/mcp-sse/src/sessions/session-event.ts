import type { McpSessionView, SessionCloseReason } from '../model/session-view.js';

/** What happens to sessions. */
export type McpSessionEvent =
  | { readonly type: 'opened'; readonly session: McpSessionView }
  | { readonly type: 'closed'; readonly session: McpSessionView; readonly reason: SessionCloseReason };
