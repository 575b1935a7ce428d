/** Where the answers to requests that came together go, and what relates to them. */
export interface Exchange {
  /**
   * @param completes the request that is answered, as JSON of its id
   * @returns false when the client reads too slowly and the message found no room
   */
  send(json: string, isAnswer: boolean, completes?: string): boolean;

  /** One of the requests gets no answer. */
  abandon(): void;

  /** See `McpContext.closeStream`. */
  closeStream(retryMs?: number): void;

  /** Ends the connection, if the client is sure to be able to come back. */
  detach(): void;

  end(endsConnection: boolean): void;

  destroy(): void;
}
