/**
 * Answers a message of another node. The answer is serialized as JSON.
 *
 * @throws {UnreadableMessageError} for a message whose type or shape is unknown
 */
export type NodeHandler = (message: unknown) => Promise<unknown>;

export interface RequestOptions {
  /** Whether to find out if a node that dies had the message, and may have begun to carry it out. */
  readonly acts?: boolean;
  /** Whether the node is a guess: it counts as dead at once if nobody listens there. */
  readonly isGuess?: boolean;
}

/** Sends messages between nodes, serialized as JSON. */
export interface NodeBus {
  /** @param handler called with the messages of other nodes */
  serve(handler: NodeHandler): void;

  /**
   * Asks a node and waits for its answer, until the node counts as dead.
   *
   * @throws {NodeGoneError} when the node has died, with `hasHeard` if it had said that it has the message
   * @throws {ClusterUnavailableError} when the node did not receive the message, runs an earlier version that cannot read
   *   it, or does not answer within 10 s
   * @throws {TypeError} when the message cannot be serialized as JSON
   * @throws {Error} when the node failed to answer
   */
  request(node: string, message: unknown, options?: RequestOptions): Promise<unknown>;

  /** Sends a message to every other node. No answer, no guarantee of delivery. */
  publish(message: unknown): void;

  /** Sends a message to one node. No answer, no guarantee of delivery. */
  tell(node: string, message: unknown): void;
}
