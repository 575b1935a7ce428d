/** A node is dead. It may have heard what it was asked. */
export class NodeGoneError extends Error {
  override readonly name = 'NodeGoneError';
}
