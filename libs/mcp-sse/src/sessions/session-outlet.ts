import type { RequestId } from '@modelcontextprotocol/sdk/types.js';

/** The way that a session's messages take to its client, as its transport has it. */
export interface SessionOutlet {
  /** Whether a client reads it right now. */
  readonly attached: boolean;
  /** Answers that wait for a client that is gone. */
  readonly unread: number;
  /** Characters of messages that wait for the client. */
  readonly queuedBytes: number;
  /** Characters of messages that wait, or are kept to be sent once more. */
  readonly keptBytes: number;

  /**
   * @param relatesTo the client's request that the message belongs to
   * @param isAnswer whether it is the answer to that request
   * @returns false when the client reads too slowly and the message found no room
   */
  send(json: string, relatesTo?: RequestId, isAnswer?: boolean): boolean;

  /** The request gets no answer, and nothing relates to it any more: it was cancelled. */
  abandon(relatesTo: RequestId): void;

  /** See `McpContext.closeStream`. */
  closeStream(relatesTo: RequestId, retryMs?: number): void;

  /** Tells the client when to come back once its connections end. */
  hint(retryMs: number): void;

  /** Ends the connections of streams that the client can come back to. */
  detach(): void;

  /**
   * Ends every stream after what waits on it.
   *
   * @param endsConnection whether the server is closing, and no connection is to be kept
   */
  end(endsConnection: boolean): void;

  /** Gives up what is kept to be sent once more, as long as other sessions need the memory. */
  trim(): void;

  /** Drops the client and what waits. */
  destroy(): void;
}
