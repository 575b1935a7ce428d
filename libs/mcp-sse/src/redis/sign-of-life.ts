import { NodeGoneError } from '../model/errors/cluster.errors.js';

/** How long a node may take to listen again, in milliseconds. */
const UNHEARD_MS = 800;

/** Decides when a node that does not answer is dead: soon, if nobody listens on its channel. */
export class SignOfLife {
  private missedSince?: number;

  constructor(private readonly node: string) {}

  seen(): void {
    this.missedSince = undefined;
  }

  /**
   * Called when nobody listens on its channel.
   *
   * @param counts whether that says something about the node, which it does not right after Redis was away
   * @throws {NodeGoneError} when nobody has listened for too long
   */
  missed(counts: boolean): void {
    this.missedSince ??= Date.now();
    if (counts && Date.now() - this.missedSince > UNHEARD_MS) throw gone(this.node);
  }
}

export function gone(node: string): NodeGoneError {
  return new NodeGoneError(`The node ${node} is dead.`);
}
