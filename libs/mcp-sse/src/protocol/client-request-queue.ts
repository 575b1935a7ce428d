import type { RequestId } from '@modelcontextprotocol/sdk/types.js';
import { McpClientError } from '../model/errors/mcp-client.error.js';
import type { JsonRpcResponse } from './json-rpc.js';
import type { SendMessage } from './send-message.js';
import { serializeNotification, serializeRequest } from './serialize.js';

interface Pending {
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
  private lastId = 0;

  constructor(private readonly send: SendMessage) {}

  /** Rejects with a {@link McpClientError} when the client answers with an error, too late or not at all. */
  request(method: string, params: object | undefined, context: ClientRequestContext): Promise<unknown> {
    const { relatesTo, signal, timeoutMs } = context;
    if (signal.aborted)
      return Promise.reject(new McpClientError(`${method} was not sent: the request ended.`));
    const id = ++this.lastId;
    return new Promise<unknown>((resolve, reject) => {
      const settle = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        this.pending.delete(id);
      };
      const giveUp = (reason: string) => {
        settle();
        this.send(serializeNotification('notifications/cancelled', { requestId: id, reason }), relatesTo);
        reject(new McpClientError(`${method}: ${reason}`));
      };
      const onAbort = () => giveUp('the request that it was made for ended.');
      const timer = setTimeout(
        () => giveUp(`the client did not answer within ${timeoutMs} ms.`),
        timeoutMs,
      ).unref();
      signal.addEventListener('abort', onAbort);
      this.pending.set(id, {
        resolve: (result) => {
          settle();
          resolve(result);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
      });
      this.send(serializeRequest(id, method, params), relatesTo);
    });
  }

  /** An answer that nobody waits for is dropped. */
  settle({ id, result, error }: JsonRpcResponse): void {
    const pending = this.pending.get(id);
    if (error === undefined) pending?.resolve(result);
    else pending?.reject(new McpClientError(`The client answered with an error: ${messageOf(error)}`));
  }
}

function messageOf(error: unknown): string {
  const { message } = (error ?? {}) as { message?: unknown };
  return typeof message === 'string' ? message : 'without a message';
}
