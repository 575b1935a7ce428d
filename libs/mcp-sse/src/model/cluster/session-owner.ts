/** Which node has a session. A node that had it before has a smaller epoch, and may write nothing more. */
export interface SessionOwner {
  /** Id of the node; empty when the last one has let go of the session. */
  readonly node: string;
  readonly epoch: number;
}
