/** A message of the server, of which nothing is trusted. */
export interface ServerMessage {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: unknown;
  readonly error?: unknown;
}

/** A request, and what has to come back. */
export interface Exchange {
  readonly id: number;
  readonly method: string;
  /** JSON of the parameters. */
  readonly params: string;

  /** Whether this is the right answer, told from its text: parsing large ones would be the load's main cost. */
  recognizes?(raw: string): boolean;

  /**
   * Takes a message that the server sent, in the order of arrival.
   *
   * @returns whether it was the last
   * @throws {Error} when it is wrong
   */
  take(message: ServerMessage, raw: string): boolean;
}
