/** An HTTP error response of the server. */
export class Refusal extends Error {
  /**
   * @param {number} status HTTP status
   * @param {string} message
   */
  constructor(status, message) {
    super(message);
    this.status = status;
  }

  /**
   * @param {Response} response
   * @returns {Promise<Refusal>}
   */
  static async of(response) {
    const body = await response.json().catch(() => ({}));
    const message = body?.error?.message ?? body?.message ?? `HTTP ${response.status}`;
    return new Refusal(response.status, String(message));
  }

  /** Whether a retry is pointless. */
  get isFinal() {
    return this.status >= 400 && this.status < 500 && this.status !== 408 && this.status !== 429;
  }

  /** The message for the viewer, with what to do. */
  get advice() {
    if (this.status === 401) return 'The server needs a valid token. Sign in with one.';
    if (this.status === 403) return `The server refused the request: ${this.message}`;
    if (this.status === 404) return `Not found: ${this.message}`;
    return `The server answered ${this.status}: ${this.message}`;
  }
}
