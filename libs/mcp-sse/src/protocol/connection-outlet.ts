import type { RequestId } from '@modelcontextprotocol/sdk/types.js';

/**
 * Takes a message to the client.
 *
 * @param json of the message
 * @param relatesTo the client's request that it belongs to: its answer, its progress, a request made for it
 * @param isAnswer whether it is the answer, after which nothing relates to that request any more
 */
export type SendMessage = (json: string, relatesTo?: RequestId, isAnswer?: boolean) => void;

/** The way out of a connection. */
export interface ConnectionOutlet {
  readonly send: SendMessage;
  /** The request gets no answer: it was cancelled. */
  abandon(relatesTo: RequestId): void;
  /** See `McpContext.closeStream`. */
  closeStream(relatesTo: RequestId, retryMs?: number): void;
  /** What is agreed with the client has changed. Called before the answer that says so. */
  stateChanged(): void;
  /** Memory is held for the client. @param bytes negative when it is given back */
  hold(bytes: number): void;
}
