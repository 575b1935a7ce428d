/** What nodes share cannot be reached for now, or a node does not answer. */
export class ClusterUnavailableError extends Error {
  override readonly name = 'ClusterUnavailableError';

  constructor(cause?: unknown) {
    super('The session is on another node, which cannot be reached now; try again.', { cause });
  }
}
