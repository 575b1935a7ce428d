/** @typedef {import('./session-view.js').Session} Session */

/** The newest sessions, as the server tells of them: all at once, and then what has changed. */
export class SessionList {
  /** How many there are, those that are not shown included. */
  total = 0;
  /** @type {Map<string, Session>} */
  #sessions = new Map();

  /** The newest first. */
  get sessions() {
    return [...this.#sessions.values()].sort((one, other) => other.createdAt - one.createdAt);
  }

  /**
   * @param {string} type of an event
   * @param {{ total: number, sessions?: Session[], changed?: Session[], gone?: string[] }} told
   * @returns {boolean} whether it was about sessions
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
