/** The requests of one POST, and where their answers and what relates to them go. */
export interface Exchange {
  /**
   * @param completes the answered request, as JSON of its id
   * @returns false when the client reads too slowly: the backlog exceeds the limit
   */
  send(json: string, isAnswer: boolean, completes?: string): boolean;

  /** One of the requests gets no answer. */
  abandon(): void;

  /** See `McpContext.closeStream`. */
  closeStream(retryMs?: number): void;

  /** Ends the connection, unless the client may be unable to come back. */
  detach(): void;

  end(endsConnection: boolean): void;

  destroy(): void;
}
