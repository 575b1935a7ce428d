import type { SessionStore } from '../model/cluster/session-store.js';

type Found = NonNullable<Awaited<ReturnType<SessionStore['find']>>>;

/** How many sessions are remembered. */
const MAX = 4_096;

/**
 * Remembers sessions of other nodes, those that were asked for last. What identifies a session never changes. Its owner
 * does, and a former owner says so, or is dead.
 */
export class KnownSessions {
  private readonly sessions = new Map<string, Found>();

  get(id: string): Found | undefined {
    const found = this.sessions.get(id);
    if (found) this.set(id, found);
    return found;
  }

  set(id: string, found: Found): void {
    this.sessions.delete(id);
    this.sessions.set(id, found);
    if (this.sessions.size <= MAX) return;
    const [oldest] = this.sessions.keys();
    this.sessions.delete(oldest!);
  }

  delete(id: string): void {
    this.sessions.delete(id);
  }
}
