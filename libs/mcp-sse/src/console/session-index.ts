import { type McpSessionView, sessionDigest } from '../model/session-view.js';
import { NewestFirst } from './newest-first.js';
import { scopesOf, type SessionScope } from './session-access.js';

/** The sessions of this node by who may see them, so that nobody has to look through all of them. */
export class SessionIndex {
  private readonly byDigest = new Map<string, McpSessionView>();
  private readonly byScope = new Map<SessionScope, NewestFirst<McpSessionView>>();

  add(session: McpSessionView): void {
    this.byDigest.set(sessionDigest(session), session);
    for (const scope of scopesOf(session)) {
      let list = this.byScope.get(scope);
      if (!list) this.byScope.set(scope, (list = new NewestFirst()));
      list.add(session);
    }
  }

  delete(session: McpSessionView): void {
    this.byDigest.delete(sessionDigest(session));
    for (const scope of scopesOf(session)) {
      const list = this.byScope.get(scope);
      list?.delete(session);
      if (list?.size === 0) this.byScope.delete(scope);
    }
  }

  /** @param digest of the session's id */
  find(digest: string): McpSessionView | undefined {
    return this.byDigest.get(digest);
  }

  /** How many sessions there are in a scope. */
  count(scope: SessionScope): number {
    return this.byScope.get(scope)?.size ?? 0;
  }

  newest(scope: SessionScope, count: number): McpSessionView[] {
    return this.byScope.get(scope)?.first(count) ?? [];
  }
}
