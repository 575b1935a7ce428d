/** The cluster's store cannot be reached for now, or a node does not answer. */
export class ClusterUnavailableError extends Error {
  override readonly name = 'ClusterUnavailableError';

  constructor(cause?: unknown) {
    super('The session is on another node, which cannot be reached now; try again.', { cause });
  }
}

/** A node died while it was asked something. It may have received the request. */
export class NodeGoneError extends Error {
  override readonly name = 'NodeGoneError';
}

/** A message of another node has a type or shape that this version cannot read. */
export class UnreadableMessageError extends Error {
  override readonly name = 'UnreadableMessageError';
}
