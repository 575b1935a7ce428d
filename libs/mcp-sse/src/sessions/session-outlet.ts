import type { RequestId } from '@modelcontextprotocol/sdk/types.js';

/** Sends a session's messages to its client, as its transport does. */
export interface SessionOutlet {
  /** Whether a client reads right now. */
  readonly attached: boolean;
  /** Answers that wait for a client that is gone. */
  readonly unread: number;
  /** Characters of messages that wait for the client. */
  readonly queuedBytes: number;
  /** Characters of messages that wait or are kept for a replay. */
  readonly keptBytes: number;

  /**
   * @param relatesTo the client's request that the message belongs to
   * @param isAnswer whether it is the answer to that request
   * @returns false when the client reads too slowly and the backlog exceeds the limit
   */
  send(json: string, relatesTo?: RequestId, isAnswer?: boolean): boolean;

  /** Forgets a request that was cancelled: it gets no answer, and nothing relates to it any more. */
  abandon(relatesTo: RequestId): void;

  /** See `McpContext.closeStream`. */
  closeStream(relatesTo: RequestId, retryMs?: number): void;

  /** Tells the client when to come back once its connections end. */
  hint(retryMs: number): void;

  /** Ends the connections of streams that the client can come back to. */
  detach(): void;

  /**
   * Sends what waits and ends every stream.
   *
   * @param endsConnection whether the server is closing, and HTTP connections end too
   */
  end(endsConnection: boolean): void;

  /** Frees what is kept for a replay, as long as other sessions need the memory. */
  trim(): void;

  /** Drops the client and what waits. */
  destroy(): void;
}

/** A random delay, up to a second: clients whose streams end together come back apart. */
export function randomRetryMs(): number {
  return Math.ceil(Math.random() * 1_000);
}
