import type { RequestId } from '@modelcontextprotocol/sdk/types.js';
import { McpClientError } from '../model/errors/mcp-client.error.js';
import type { JsonRpcResponse } from './json-rpc.js';
import type { SendMessage } from './send-message.js';
import { serializeNotification, serializeRequest } from './serialize.js';

interface Pending {
  readonly method: string;
  resolve(result: unknown): void;
  reject(error: McpClientError): void;
}

export interface ClientRequestContext {
  /** The client's request that this one is made for. */
  readonly relatesTo: RequestId;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/** Requests of the server that its client has not answered yet. */
export class ClientRequestQueue {
  private readonly pending = new Map<RequestId, Pending>();
  /** Of these, what sends the ones that wait for the client to be ready. */
  private readonly held = new Map<RequestId, () => void>();
  private lastId = 0;

  /**
   * @param isReady whether the client can be asked yet
   * @param log takes what was cancelled, and why
   */
  constructor(
    private readonly send: SendMessage,
    private readonly isReady: () => boolean,
    private readonly log: (text: string) => void,
  ) {}

  /** Requests get greater ids than this. */
  startAfter(id: number): void {
    this.lastId = id;
  }

  /**
   * Rejects with a {@link McpClientError} when the client answers with an error or a faulty envelope, too late or not at all. A client
   * that is not ready is asked as soon as it is.
   *
   * @throws {TypeError} when the parameters have no JSON
   */
  request(method: string, params: object | undefined, context: ClientRequestContext): Promise<unknown> {
    const { relatesTo, signal, timeoutMs } = context;
    if (signal.aborted)
      return Promise.reject(new McpClientError(`${method} was not sent: the request ended.`));
    const id = ++this.lastId;
    const json = serializeRequest(id, method, params);
    return new Promise<unknown>((resolve, reject) => {
      const settle = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        this.pending.delete(id);
        this.held.delete(id);
      };
      const giveUp = (reason: string) => {
        const wasSent = !this.held.has(id);
        settle();
        this.log(`${method} was cancelled: ${reason}`);
        if (wasSent)
          this.send(serializeNotification('notifications/cancelled', { requestId: id, reason }), relatesTo);
        reject(new McpClientError(`${method}: ${reason}`));
      };
      const onAbort = () => giveUp('the request that it was made for ended.');
      const onTimeout = () => {
        const missing = this.held.has(id) ? 'send notifications/initialized' : 'answer';
        giveUp(`the client did not ${missing} within ${timeoutMs} ms.`);
      };
      const timer = setTimeout(onTimeout, timeoutMs).unref();
      signal.addEventListener('abort', onAbort);
      this.pending.set(id, {
        method,
        resolve: (result) => {
          settle();
          resolve(result);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
      });
      const send = () => this.send(json, relatesTo);
      if (this.isReady()) send();
      else this.held.set(id, send);
    });
  }

  /** Sends what has waited for the client to be ready. */
  sendHeld(): void {
    const sends = [...this.held.values()];
    this.held.clear();
    for (const send of sends) send();
  }

  /** An answer that nobody waits for is dropped. */
  settle({ id, result, error, fault }: JsonRpcResponse): void {
    const pending = this.pending.get(id);
    if (!pending) return;
    if (fault !== undefined)
      pending.reject(new McpClientError(`The client's answer to ${pending.method} was refused: ${fault}`));
    else if (error === undefined) pending.resolve(result);
    else pending.reject(new McpClientError(`The client answered with an error: ${messageOf(error)}`));
  }
}

function messageOf(error: unknown): string {
  const { message } = (error ?? {}) as { message?: unknown };
  return typeof message === 'string' ? message : 'it has no "message", which JSON-RPC demands';
}
