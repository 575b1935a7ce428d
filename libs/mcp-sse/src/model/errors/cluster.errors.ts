/** The cluster's store is unreachable, or a node does not answer. */
export class ClusterUnavailableError extends Error {
  override readonly name = 'ClusterUnavailableError';

  constructor(cause?: unknown) {
    super(
      'Another node of this server, or the store that its nodes share, cannot be reached now; try again.',
      { cause },
    );
  }
}

/** A node died before it answered a message. */
export class NodeGoneError extends Error {
  override readonly name = 'NodeGoneError';

  /** @param hasHeard whether it said that it had the message: it may have begun to carry it out */
  constructor(
    message?: string,
    readonly hasHeard = false,
  ) {
    super(message);
  }
}

/** A message of another node has a type or shape that this version cannot read. */
export class UnreadableMessageError extends Error {
  override readonly name = 'UnreadableMessageError';
}
