import type { McpSession } from './mcp-session.js';
import { sessionMatcher, type McpSessionSelector } from './session-filter.js';

/** The sessions of this node, by id. */
export class OpenSessions extends Map<string, McpSession> {
  select(where: McpSessionSelector): McpSession[] {
    return [...this.values()].filter(sessionMatcher(where));
  }

  /** @returns how many there are of them */
  notify(where: McpSessionSelector, method: string, params?: Record<string, unknown>): number {
    const receivers = this.select(where);
    for (const session of receivers) session.notify(method, params);
    return receivers.length;
  }

  resourceUpdated(where: McpSessionSelector, uri: string): void {
    for (const session of this.select(where)) session.resourceUpdated(uri);
  }
}
