import { EventStream } from './event-stream.js';
import { Refusal } from './refusal.js';

const PROTOCOL_VERSION = '2025-11-25';
const METHOD_NOT_FOUND = -32601;

/** @typedef {{ progress: number, total?: number, message?: string }} Progress */
/** @typedef {{ jsonrpc?: string, id?: string | number, method?: string, params?: any, result?: any, error?: any }} Message */
/** @typedef {{ resolve: (result: any) => void, reject: (error: Error) => void, onProgress?: (progress: Progress) => void }} Pending */

/** An ordinary MCP client of the server's HTTP+SSE endpoint. */
export class McpClient {
  /** @type {Map<string | number, Pending>} */
  #pending = new Map();
  /** @type {URL | undefined} */
  #endpoint;
  #lastId = 0;
  /** @type {EventStream} */
  #stream;

  /**
   * @param {URL} url of the stream
   * @param {object} options
   * @param {() => Record<string, string>} options.headers
   * @param {number | false} options.heartbeatMs
   * @param {(state: 'connecting' | 'ready' | 'lost') => void} options.onState
   * @param {(refusal: Refusal) => void} options.onRefused
   * @param {(method: string, params: any) => void} options.onNotification
   */
  constructor(url, options) {
    this.options = options;
    this.#stream = new EventStream(url, {
      headers: options.headers,
      heartbeatMs: options.heartbeatMs,
      onEvent: (event) => this.#onEvent(event),
      onState: (state) => {
        if (state.name === 'lost') options.onState('lost');
        if (state.name === 'refused') {
          this.#rejectAll(state.refusal);
          options.onRefused(state.refusal);
        }
      },
    });
  }

  stop() {
    this.#stream.stop();
    this.#rejectAll(new Error('The console has disconnected.'));
  }

  /**
   * @param {string} method
   * @param {object} [params]
   * @param {{ onProgress?: (progress: Progress) => void, signal?: AbortSignal }} [options]
   * @returns {Promise<any>} rejects with an error, which has `code` and `data` if the server sent a JSON-RPC error
   */
  request(method, params, { onProgress, signal } = {}) {
    const id = ++this.#lastId;
    const meta = onProgress && { _meta: { progressToken: id } };
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject, onProgress });
      signal?.addEventListener('abort', () => {
        if (!this.#pending.delete(id)) return;
        const cancelled = { requestId: id, reason: 'Cancelled in the console.' };
        this.#post({ method: 'notifications/cancelled', params: cancelled }).catch(() => undefined);
        reject(new Error('You cancelled the call.'));
      });
      this.#post({ id, method, params: params || meta ? { ...params, ...meta } : undefined }).catch(
        (error) => this.#pending.delete(id) && reject(error),
      );
    });
  }

  /**
   * Every item of a paginated list.
   *
   * @param {string} method
   * @param {string} member
   * @returns {Promise<any[]>}
   */
  async list(method, member) {
    const items = [];
    let cursor;
    do {
      const page = await this.request(method, cursor === undefined ? undefined : { cursor });
      items.push(...page[member]);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    return items;
  }

  /** @param {Message} message */
  async #post(message) {
    if (!this.#endpoint) throw new Error('Not connected to the server. Try again once it is connected.');
    /** @type {Response} */
    let response;
    try {
      response = await fetch(this.#endpoint, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...this.options.headers() },
        body: JSON.stringify({ jsonrpc: '2.0', ...message }),
      });
    } catch {
      throw new Error('The server could not be reached. Try again when the connection is back.');
    }
    if (response.ok) return;
    const refusal = await Refusal.of(response);
    if (refusal.status === 404) this.#stream.reopen();
    throw refusal;
  }

  /** @param {import('./event-parser.js').StreamEvent} event */
  #onEvent({ type, data }) {
    if (type === 'endpoint') void this.#onEndpoint(new URL(data, this.#stream.url));
    else if (type === 'message') this.#onMessage(JSON.parse(data));
  }

  /**
   * The same endpoint means that the session continues. Another one means a new session, which never answers requests of
   * the old one.
   *
   * @param {URL} endpoint
   */
  async #onEndpoint(endpoint) {
    if (endpoint.origin !== location.origin) return;
    if (this.#endpoint?.href === endpoint.href) return this.options.onState('ready');
    this.#endpoint = endpoint;
    this.#rejectAll(new Error('The session ended before the response arrived. Call again.'));
    this.options.onState('connecting');
    try {
      await this.request('initialize', {
        protocolVersion: PROTOCOL_VERSION,
        capabilities: {
          extensions: { 'io.modelcontextprotocol/ui': { mimeTypes: ['text/html;profile=mcp-app'] } },
        },
        clientInfo: { name: 'console', title: 'This console', version: '1' },
      });
      await this.#post({ method: 'notifications/initialized' });
      if (this.#endpoint === endpoint) this.options.onState('ready');
    } catch (error) {
      if (error instanceof Refusal && error.isFinal) this.options.onRefused(error);
    }
  }

  /** @param {Message} message */
  #onMessage({ id, method, params, result, error }) {
    if (method === undefined) return this.#settle(/** @type {number} */ (id), result, error);
    if (id !== undefined) {
      const answer = method === 'ping' ? { result: {} } : { error: refused(method) };
      this.#post({ id, ...answer }).catch(() => undefined);
    } else if (method === 'notifications/progress') {
      this.#pending.get(params?.progressToken)?.onProgress?.(params);
    } else {
      this.options.onNotification(method, params);
    }
  }

  /**
   * @param {number} id
   * @param {any} result
   * @param {any} error
   */
  #settle(id, result, error) {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    if (error)
      pending?.reject(Object.assign(new Error(error.message), { code: error.code, data: error.data }));
    else pending?.resolve(result);
  }

  /** @param {Error} error */
  #rejectAll(error) {
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
  }
}

/** @param {string} method */
function refused(method) {
  return { code: METHOD_NOT_FOUND, message: `The console does not serve ${method}` };
}
