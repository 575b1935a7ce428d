/** An unchecked message from the server. */
export interface ServerMessage {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: unknown;
  readonly error?: unknown;
}

/** A request and its expected answer. */
export interface Exchange {
  readonly id: number;
  readonly method: string;
  /** The tool that it calls. */
  readonly name?: string;
  /** JSON of the parameters. */
  readonly params: string;

  /** Whether this text is the right answer. Parsing large answers would be the load's main cost. */
  recognizes?(raw: string): boolean;

  /**
   * Handles a message from the server. Messages are passed in order of arrival.
   *
   * @returns whether it was the last message message
   * @throws {Error} if the message is wrong
   */
  take(message: ServerMessage, raw: string): boolean;
}
