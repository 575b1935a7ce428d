const KEY = 'nestjs-mcp-sse-console:token';

/** The token of the viewer. It is in memory, and in this tab's storage only if he says so. */
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

  /** What requests carry. Cookies of the application go by themselves. */
  headers = () => {
    /** @type {Record<string, string>} */
    const headers = {};
    if (this.#token !== '') headers['authorization'] = `Bearer ${this.#token}`;
    return headers;
  };
}
