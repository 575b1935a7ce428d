/** What the server answers with, instead of what was asked for. */
export class Refusal extends Error {
  /**
   * @param {number} status of HTTP
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

  /** Whether to ask once more is of no use. */
  get isFinal() {
    return this.status >= 400 && this.status < 500 && this.status !== 408 && this.status !== 429;
  }

  /** What whoever reads it can do about it. */
  get advice() {
    if (this.status === 401) return 'The server wants a token, or another one. Sign in with a valid one.';
    if (this.status === 403) return `The server refuses: ${this.message}`;
    if (this.status === 404) return `There is nothing here: ${this.message}`;
    return `The server answered ${this.status}: ${this.message}`;
  }
}
