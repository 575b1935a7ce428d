import type { RequestId } from '@modelcontextprotocol/sdk/types.js';

/**
 * Sends a message to the client.
 *
 * @param relatesTo id of the client's request that the message is sent for: an answer, progress, a request to the client
 * @param isAnswer whether it is the answer, which is the last message that relates to that request
 */
export type SendMessage = (json: string, relatesTo?: RequestId, isAnswer?: boolean) => void;

/** How a connection's messages leave towards its client. */
export interface ConnectionOutlet {
  readonly send: SendMessage;
  /** Called when a request was cancelled and gets no answer. */
  abandon(relatesTo: RequestId): void;
  /** See `McpContext.closeStream`. */
  closeStream(relatesTo: RequestId, retryMs?: number): void;
  /** Called when the negotiated state has changed, before the answer that tells the client so. */
  stateChanged(): void;
  /** Accounts for memory that is held for the client. @param bytes negative when it is released */
  hold(bytes: number): void;
}
