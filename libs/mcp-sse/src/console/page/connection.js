import { Credentials } from './credentials.js';
import { EventStream } from './event-stream.js';
import { McpClient } from './mcp-client.js';
import { Refusal } from './refusal.js';
import { SessionList } from './session-list.js';
import { signIn } from './sign-in.js';

/** @typedef {{ server: { name: string, title?: string, version: string }, stream?: string[], root: string, heartbeatMs: number | false, hasRequests: boolean, authenticates: boolean, viewer: { subject?: string, tenant?: string, seesOthers: boolean } }} About */
/** @typedef {'connecting' | 'ready' | 'lost' | 'refused'} ConnectionState */

const RETRY_MS = 2_000;

/** The page's connection to the server: server info, an MCP session, and the stream of sessions. */
export class Connection {
  credentials = new Credentials();
  /** @type {About | undefined} */
  about;
  /** @type {McpClient | undefined} */
  #client;
  /** @type {EventStream | undefined} */
  #sessions;
  /** Number of the current attempt. Results of earlier attempts are ignored. */
  #attempt = 0;

  /**
   * @param {object} events
   * @param {(state: ConnectionState, text: string) => void} events.onState
   * @param {() => void} events.onAbout
   * @param {() => void} events.onReady called when there is a session
   * @param {(method: string, params: any) => void} events.onNotification
   * @param {(list: SessionList) => void} events.onSessions
   */
  constructor(events) {
    this.events = events;
  }

  /** @returns {McpClient} */
  get client() {
    if (!this.#client) throw new Error('Not connected to the server. Sign in first.');
    return this.#client;
  }

  /** @param {string} path relative to the console's API */
  api(path) {
    return new URL(`api/${path}`, location.href);
  }

  /** @param {Record<string, string>} [parameters] in the path of the stream */
  async open(parameters) {
    const attempt = ++this.#attempt;
    this.#close();
    this.events.onState('connecting', 'Connecting…');
    let about;
    try {
      const response = await fetch(this.api('server'), {
        headers: this.credentials.headers(),
        cache: 'no-store',
      });
      if (!response.ok) throw await Refusal.of(response);
      about = /** @type {About} */ (await response.json());
    } catch (error) {
      if (attempt !== this.#attempt) return;
      if (error instanceof Refusal && error.isFinal) return this.#refused(error);
      this.events.onState('lost', 'The server does not respond. Retrying…');
      setTimeout(() => attempt === this.#attempt && void this.open(parameters), RETRY_MS);
      return;
    }
    if (attempt !== this.#attempt) return;
    this.about = about;
    this.events.onAbout();
    if (!about.stream) {
      this.#watch(about);
      return this.events.onState('ready', 'Connected');
    }
    const path = await this.#path(about, parameters);
    if (path === undefined || attempt !== this.#attempt) return;
    this.#connect(new URL(path, new URL(about.root, location.href)), about);
    this.#watch(about);
  }

  /** Asks for another token. @param {string} [why] */
  async signIn(why) {
    const parameters = this.#parametersOf(this.about);
    const given = await signIn(this.credentials, {
      why,
      parameters,
      values: { tenant: this.about?.viewer.tenant ?? '' },
    });
    if (given) await this.open(given);
  }

  /**
   * @param {URL} url
   * @param {About} about
   */
  #connect(url, { heartbeatMs }) {
    this.#client = new McpClient(url, {
      headers: this.credentials.headers,
      heartbeatMs,
      onRefused: (refusal) => this.#refused(refusal),
      onNotification: this.events.onNotification,
      onState: (state) => {
        if (state === 'ready') this.events.onState('ready', 'Connected');
        else if (state === 'lost') this.events.onState('lost', 'Connection lost. Reconnecting…');
        if (state === 'ready') this.events.onReady();
      },
    });
  }

  /** @param {About} about */
  #watch({ heartbeatMs }) {
    const list = new SessionList();
    this.#sessions = new EventStream(this.api('sessions'), {
      headers: this.credentials.headers,
      heartbeatMs,
      onEvent: ({ type, data }) => list.take(type, JSON.parse(data)) && this.events.onSessions(list),
      onState: (state) => state.name === 'refused' && this.#refused(state.refusal),
    });
  }

  /** @param {Refusal} refusal */
  #refused(refusal) {
    this.#close();
    this.events.onState('refused', refusal.advice);
    if (refusal.status === 401)
      void this.signIn(
        this.credentials.token === ''
          ? undefined
          : 'The server does not accept this token. Paste another one.',
      );
  }

  #close() {
    this.#client?.stop();
    this.#sessions?.stop();
    this.#client = this.#sessions = undefined;
  }

  /**
   * @param {About} about
   * @param {Record<string, string>} [given]
   * @returns {Promise<string | undefined>}
   */
  async #path(about, given) {
    const known = { ...(about.viewer.tenant !== undefined && { tenant: about.viewer.tenant }), ...given };
    const names = this.#parametersOf(about);
    const unknown = names.some((name) => !Object.hasOwn(known, name));
    const values = unknown
      ? await signIn(this.credentials, {
          why: 'The path of this server has parameters. Enter their values.',
          parameters: names,
          values: known,
        })
      : known;
    return (
      values &&
      (about.stream ?? [])
        .map((part) =>
          part.startsWith(':')
            ? encodeURIComponent(/** @type {Record<string, string>} */ (values)[part.slice(1)] ?? '')
            : part,
        )
        .join('/')
    );
  }

  /**
   * @param {About} [about]
   * @returns {string[]}
   */
  #parametersOf(about) {
    return (about?.stream ?? []).filter((part) => part.startsWith(':')).map((part) => part.slice(1));
  }
}
