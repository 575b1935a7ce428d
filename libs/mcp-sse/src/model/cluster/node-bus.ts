/**
 * Answers what another node asks, with something that has JSON.
 *
 * @throws {UnreadableMessageError} when it is of a type or shape that is not known here
 */
export type NodeHandler = (message: unknown) => Promise<unknown>;

/** Messages between nodes. They are JSON. */
export interface NodeBus {
  /** @param handler called for what other nodes ask and publish */
  serve(handler: NodeHandler): void;

  /**
   * Has a node answer. A node that does not is waited for until it counts as dead.
   *
   * @throws {NodeGoneError} when the node is dead: it may have heard the message nevertheless
   * @throws {ClusterUnavailableError} when it did not hear the message, cannot read it since it is of an earlier
   *   version, or does not answer within 10 s
   * @throws {TypeError} when the message has no JSON
   * @throws {Error} when the node failed to answer
   */
  request(node: string, message: unknown): Promise<unknown>;

  /** Tells every other node. Nobody answers, and nobody knows whether it arrived. */
  publish(message: unknown): void;

  /** Tells one node, in the same way. */
  tell(node: string, message: unknown): void;
}
