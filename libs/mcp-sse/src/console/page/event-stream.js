import { parseEvents } from './event-parser.js';
import { Refusal } from './refusal.js';

/** @typedef {import('./event-parser.js').StreamEvent} StreamEvent */
/** @typedef {{ name: 'connecting' | 'open' } | { name: 'lost', refusal?: Refusal } | { name: 'refused', refusal: Refusal }} StreamState */

const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 15_000;

/**
 * Reads an event stream with an `Authorization` header, which an EventSource cannot send. Reconnects when the connection
 * is lost, with `Last-Event-ID` if the server sends ids.
 */
export class EventStream {
  /** @type {string | undefined} */
  #lastId;
  #stopped = false;
  /** Whether the server asked the client to reconnect at once. */
  #comesBack = false;
  #failures = 0;
  #connection = new AbortController();
  #wake = () => {};
  #watchdog = 0;

  /**
   * @param {string | URL} url
   * @param {object} options
   * @param {() => Record<string, string>} options.headers
   * @param {number | false} options.heartbeatMs interval of the server's heartbeat
   * @param {(event: StreamEvent) => void} options.onEvent
   * @param {(state: StreamState) => void} options.onState
   */
  constructor(url, options) {
    this.url = url;
    this.options = options;
    addEventListener('offline', this.#onOffline);
    addEventListener('online', this.#onOnline);
    void this.#run();
  }

  stop() {
    this.#stopped = true;
    removeEventListener('offline', this.#onOffline);
    removeEventListener('online', this.#onOnline);
    clearTimeout(this.#watchdog);
    this.#connection.abort();
    this.#wake();
  }

  /** Drops the connection and opens another one at once. */
  reopen() {
    this.#failures = 0;
    this.#connection.abort();
    this.#wake();
  }

  #onOffline = () => this.#connection.abort();
  #onOnline = () => this.reopen();

  async #run() {
    while (!this.#stopped) {
      this.options.onState({ name: 'connecting' });
      /** @type {Refusal | undefined} */
      let refusal;
      try {
        await this.#read();
      } catch (error) {
        if (this.#stopped) return;
        if (error instanceof Refusal) refusal = error;
        if (refusal?.isFinal) {
          this.stop();
          return this.options.onState({ name: 'refused', refusal });
        }
      }
      clearTimeout(this.#watchdog);
      if (this.#stopped) return;
      if (this.#comesBack) continue;
      this.options.onState({ name: 'lost', refusal });
      await this.#pause();
    }
  }

  async #read() {
    this.#connection = new AbortController();
    this.#comesBack = false;
    const lastId = this.#lastId;
    const headers = {
      accept: 'text/event-stream',
      ...this.options.headers(),
      ...(lastId !== undefined && { 'last-event-id': lastId }),
    };
    const response = await fetch(this.url, { headers, cache: 'no-store', signal: this.#connection.signal });
    if (!response.ok || !response.body) throw await Refusal.of(response);
    this.#failures = 0;
    this.options.onState({ name: 'open' });
    this.#expectMore();
    for await (const event of parseEvents(response.body, () => this.#expectMore())) {
      if (event.id !== undefined) this.#lastId = event.id;
      if (event.type === 'ended') this.#onEnded(JSON.parse(event.data).reason);
      else this.options.onEvent(event);
    }
  }

  /**
   * The server ended this stream of the console for a reason, while the session that it shows may go on.
   *
   * @param {string} reason
   */
  #onEnded(reason) {
    if (reason === 'revoked')
      throw new Refusal(403, 'Your access was revoked. Sign in again or reload the page.');
    this.#comesBack = reason === 'check';
  }

  /** Closes the connection if heartbeats stop, since a lost network causes no error. */
  #expectMore() {
    const { heartbeatMs } = this.options;
    clearTimeout(this.#watchdog);
    if (heartbeatMs !== false)
      this.#watchdog = setTimeout(() => this.#connection.abort(), 2 * heartbeatMs + 5_000);
  }

  /** @returns {Promise<void>} */
  #pause() {
    const ms = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#failures++);
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
