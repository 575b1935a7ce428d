/** Values on which the nodes of a server agree. */
export interface Agreement {
  /**
   * Proposes a value. The first proposal for a key stands for all nodes.
   *
   * @param ttlMs milliseconds until the nodes forget the value; they keep it if not given
   * @returns the value that stands
   * @throws {ClusterUnavailableError} when the store is unreachable, so that nobody can tell which value stands
   */
  agree(key: string, proposed: string, ttlMs?: number): Promise<string>;
}
