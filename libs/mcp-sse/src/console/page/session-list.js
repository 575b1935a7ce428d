/** @typedef {import('./session-view.js').Session} Session */

/** The newest sessions. The server sends all of them first, then changes. */
export class SessionList {
  /** The number of sessions, including those that are not shown. */
  total = 0;
  /** @type {Map<string, Session>} */
  #sessions = new Map();

  /** Newest first. */
  get sessions() {
    return [...this.#sessions.values()].sort((one, other) => other.createdAt - one.createdAt);
  }

  /**
   * @param {string} type of an event
   * @param {{ total: number, sessions?: Session[], changed?: Session[], gone?: string[] }} told
   * @returns {boolean} whether the event was about sessions
   */
  take(type, { total, sessions = [], changed = sessions, gone = [] }) {
    if (type !== 'sessions' && type !== 'changes') return false;
    if (type === 'sessions') this.#sessions.clear();
    for (const id of gone) this.#sessions.delete(id);
    for (const session of changed) this.#sessions.set(session.id, session);
    this.total = total;
    return true;
  }
}
