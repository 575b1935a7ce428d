import { randomUUID } from 'node:crypto';
import type { Agreement } from '../model/cluster/agreement.js';
import type { UsedStates } from '../protocol/input/used-states.js';

/** Remembers for all nodes which states were used. */
export class SharedUsedStates implements UsedStates {
  constructor(private readonly agreement: Agreement) {}

  /**
   * @param ttlMs milliseconds to remember the state: at least as long as it is valid
   * @returns whether this is its first use
   * @throws {ClusterUnavailableError} when nobody can tell, so that no state is used twice
   */
  async claim(id: string, ttlMs: number): Promise<boolean> {
    const claim = randomUUID();
    return (await this.agreement.agree(`used-state:${id}`, claim, ttlMs)) === claim;
  }
}
