import type { RequestId } from '@modelcontextprotocol/sdk/types.js';
import { McpClientError } from '../model/errors/mcp-client.error.js';
import { type JsonRpcResponse, serializeNotification, serializeRequest } from './json-rpc.js';
import type { SendMessage } from './connection-outlet.js';

interface Pending {
  readonly method: string;
  resolve(result: unknown): void;
  reject(error: McpClientError): void;
}

interface Held {
  readonly relatesTo: RequestId;
  send(): void;
  giveUp(reason: string): void;
}

export interface ClientRequestContext {
  /** Id of the client's request that this one is made for. */
  readonly relatesTo: RequestId;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

const ORIGIN_ENDED = 'the request that it was made for ended.';

/** Requests of the server that its client has not answered yet. */
export class ClientRequestQueue {
  private readonly pending = new Map<RequestId, Pending>();
  /** Those of them that wait for the client to be ready. */
  private readonly held = new Map<RequestId, Held>();
  private lastId = 0;

  /**
   * @param isReady whether the client has sent `notifications/initialized`
   * @param log is told which request was cancelled, and why
   */
  constructor(
    private readonly send: SendMessage,
    private readonly isReady: () => boolean,
    private readonly log: (text: string) => void,
  ) {}

  /** Makes the ids of requests greater than this one. */
  startAfter(id: number): void {
    this.lastId = id;
  }

  /**
   * Asks the client, as soon as it is ready. Rejects with a {@link McpClientError} when it answers with an error or an
   * invalid message, too late or not at all.
   *
   * @throws {TypeError} when JSON cannot express the parameters
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
      const onAbort = () => giveUp(ORIGIN_ENDED);
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
      else this.held.set(id, { relatesTo, send, giveUp });
    });
  }

  /** Sends the requests that have waited for the client to be ready. */
  sendHeld(): void {
    const held = [...this.held.values()];
    this.held.clear();
    for (const { send } of held) send();
  }

  /** Cancels what was not sent yet for a client's request that now has its answer. @param id of that request */
  answered(id: RequestId): void {
    if (this.held.size === 0) return;
    for (const { relatesTo, giveUp } of this.held.values()) if (relatesTo === id) giveUp(ORIGIN_ENDED);
  }

  /** Rejects what the client has not answered when its session ends. */
  close(): void {
    for (const { method, reject } of this.pending.values())
      reject(new McpClientError(`${method}: the session ended before the client answered.`));
  }

  /** Takes an answer of the client. One that nobody waits for is dropped. */
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
