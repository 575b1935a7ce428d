/**
 * Answers a message of another node. The answer is written as JSON.
 *
 * @throws {UnreadableMessageError} for a message whose type or shape is unknown
 */
export type NodeHandler = (message: unknown) => Promise<unknown>;

/** Messages between nodes, written as JSON. */
export interface NodeBus {
  /** @param handler called with the messages of other nodes */
  serve(handler: NodeHandler): void;

  /**
   * Asks a node and waits for its answer, until the node counts as dead.
   *
   * @throws {NodeGoneError} when the node is dead; it may have received the message
   * @throws {ClusterUnavailableError} when the node did not receive the message, cannot read it since it runs an
   *   earlier version, or does not answer within 10 s
   * @throws {TypeError} when the message cannot be written as JSON
   * @throws {Error} when the node failed to answer
   */
  request(node: string, message: unknown): Promise<unknown>;

  /** Tells every other node, without an answer and without a guarantee. */
  publish(message: unknown): void;

  /** Tells one node, in the same way. */
  tell(node: string, message: unknown): void;
}
