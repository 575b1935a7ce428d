import type { SessionStore } from '../model/cluster/session-store.js';

type Found = NonNullable<Awaited<ReturnType<SessionStore['find']>>>;

/** How many sessions are remembered. */
const MAX = 4_096;

/**
 * Remembers the owners of sessions of other nodes, those that were asked for last, and what identifies a session, which
 * never changes. Its owner may change: a former owner says so, or is dead.
 */
export class KnownSessions {
  private readonly sessions = new Map<string, Found>();

  get(id: string): Found | undefined {
    const found = this.sessions.get(id);
    if (found) this.set(id, found);
    return found;
  }

  /** @returns what is remembered of it */
  add(id: string, { owner, record }: Found): Found {
    const { protocolVersion } = record.state;
    // What a client can make large is not remembered: no memory account pays for it here.
    const known = {
      owner,
      record: { ...record, streamHeaders: {}, state: { protocolVersion, subscriptions: [] } },
    };
    this.set(id, known);
    return known;
  }

  delete(id: string): void {
    this.sessions.delete(id);
  }

  private set(id: string, found: Found): void {
    this.sessions.delete(id);
    this.sessions.set(id, found);
    if (this.sessions.size <= MAX) return;
    const [oldest] = this.sessions.keys();
    this.sessions.delete(oldest!);
  }
}
