const KEY = 'nestjs-mcp-sse-console:token';

/** The viewer's token. It is held in memory, and in the tab's session storage only if the viewer chooses so. */
export class Credentials {
  #token = sessionStorage.getItem(KEY) ?? '';

  get token() {
    return this.#token;
  }

  get isKept() {
    return sessionStorage.getItem(KEY) !== null;
  }

  /**
   * @param {string} token
   * @param {boolean} keep
   */
  set(token, keep) {
    this.#token = token.replace(/^Bearer\s+/i, '').trim();
    if (keep && this.#token !== '') sessionStorage.setItem(KEY, this.#token);
    else sessionStorage.removeItem(KEY);
  }

  /** Headers for requests. The browser sends the application's cookies itself. */
  headers = () => {
    /** @type {Record<string, string>} */
    const headers = {};
    if (this.#token !== '') headers['authorization'] = `Bearer ${this.#token}`;
    return headers;
  };
}
