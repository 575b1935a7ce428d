import { type McpSessionView, sessionDigest } from '../model/session-view.js';
import { scopesOf, type SessionScope } from './session-access.js';

/** The sessions of this node by scope, so that no viewer's list has to search all of them. */
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

  /** @param digest the digest of the session's id */
  find(digest: string): McpSessionView | undefined {
    return this.byDigest.get(digest);
  }

  /** The number of sessions in a scope. */
  count(scope: SessionScope): number {
    return this.byScope.get(scope)?.size ?? 0;
  }

  newest(scope: SessionScope, count: number): McpSessionView[] {
    return this.byScope.get(scope)?.first(count) ?? [];
  }
}

interface Link<T> {
  readonly item: T;
  newer?: Link<T>;
  older?: Link<T>;
}

/** A list, newest first, whose items can be added and deleted in constant time. */
class NewestFirst<T> {
  private readonly links = new Map<T, Link<T>>();
  private newest?: Link<T>;

  get size(): number {
    return this.links.size;
  }

  add(item: T): void {
    const link = { item, older: this.newest };
    if (this.newest) this.newest.newer = link;
    this.newest = link;
    this.links.set(item, link);
  }

  delete(item: T): void {
    const link = this.links.get(item);
    if (!link) return;
    this.links.delete(item);
    if (link.older) link.older.newer = link.newer;
    if (link.newer) link.newer.older = link.older;
    else this.newest = link.older;
  }

  /** Returns up to `count` of the newest items. */
  first(count: number): T[] {
    const items: T[] = [];
    for (let link = this.newest; link && items.length < count; link = link.older) items.push(link.item);
    return items;
  }
}
