import type { RequestId } from '@modelcontextprotocol/sdk/types.js';
import type { SendMessage } from './send-message.js';

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
