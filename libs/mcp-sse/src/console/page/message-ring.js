import { whoIs } from './session-view.js';

const MAX_MESSAGES = 1_000;
const MAX_CHARACTERS = 4 * 1024 * 1024;

/**
 * A message. Those of requests without a session say which request they belong to, and who made it.
 *
 * @typedef {{ time: number, from: 'client' | 'server', bytes: number, message: any, request?: string }
 *   & Partial<import('./session-view.js').Client>} Traffic
 */
/**
 * @typedef {object} Entry
 * @property {Traffic} traffic
 * @property {string} title the method, of a response that of its request
 * @property {string} [about] the target of the request, such as the name of a tool
 * @property {number} [latency] time from request to response, in milliseconds
 * @property {boolean} failed
 * @property {string} [who] the client, where several are shown together
 * @property {string} text for searches
 */

/** The newest messages that are watched. Older ones are dropped. */
export class MessageRing {
  /** @type {Entry[]} */
  entries = [];
  #characters = 0;
  /** @type {Map<string, { time: number, title: string, about?: string }>} */
  #open = new Map();

  /**
   * @param {Traffic} traffic
   * @returns {{ entry: Entry, dropped: number }} number of older entries that were dropped
   */
  add(traffic) {
    const entry = this.#entryOf(traffic);
    this.entries.push(entry);
    this.#characters += entry.text.length;
    let dropped = 0;
    while (
      this.entries.length - dropped > MAX_MESSAGES ||
      (this.#characters > MAX_CHARACTERS && this.entries.length - dropped > 1)
    )
      this.#characters -= /** @type {Entry} */ (this.entries[dropped++]).text.length;
    this.entries.splice(0, dropped);
    return { entry, dropped };
  }

  clear() {
    this.entries = [];
    this.#characters = 0;
  }

  /**
   * @param {Traffic} traffic
   * @returns {Entry}
   */
  #entryOf(traffic) {
    const { message, from, time, principal, client, request: of = '' } = traffic;
    const who = principal && whoIs({ principal, client });
    const { id, method, params, result, error } = message;
    const text = `${who ?? ''} ${JSON.stringify(message)}`.toLowerCase();
    const isAnswer = method === undefined;
    const asker = isAnswer === (from === 'client') ? 'server' : 'client';
    // Clients without a session may use the same ids.
    const key = `${of} ${asker} ${JSON.stringify(id)}`;
    if (!isAnswer) {
      const about = aboutOf(params);
      if (id !== undefined) this.#remember(key, { time, title: method, about });
      return { traffic, title: method, about, who, failed: false, text };
    }
    const request = this.#open.get(key);
    this.#open.delete(key);
    const latency = request && time - request.time;
    const failed = error !== undefined || result?.isError === true;
    return {
      traffic,
      title: request?.title ?? 'answer',
      about: request?.about,
      who,
      latency,
      failed,
      text: `${request?.title ?? ''} ${text}`,
    };
  }

  /**
   * @param {string} key
   * @param {{ time: number, title: string, about?: string }} request
   */
  #remember(key, request) {
    this.#open.set(key, request);
    if (this.#open.size > MAX_MESSAGES)
      this.#open.delete(/** @type {string} */ (this.#open.keys().next().value));
  }
}

/**
 * @param {any} params
 * @returns {string | undefined}
 */
function aboutOf(params) {
  const about = params?.name ?? params?.uri ?? params?.clientInfo?.name ?? params?.message;
  if (typeof about === 'string') return about;
  return params?.progress === undefined
    ? undefined
    : `${params.progress}${params.total ? ` of ${params.total}` : ''}`;
}
