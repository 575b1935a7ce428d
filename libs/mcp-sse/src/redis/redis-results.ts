import { createHash } from 'node:crypto';
import type { ClusterReports } from '../model/cluster/cluster-reports.js';
import { MAX_KEPT, type ResultStore, type ResultStoreLimits } from '../model/result-store.js';
import type { RedisConnection } from './redis-connection.js';
import { isWrongType } from './redis-outage.js';

/**
 * Results that any node can find. Those of one owner share two keys, the texts and when they expire, which Redis deletes
 * once the last of them has expired.
 */
export class RedisResults implements ResultStore {
  constructor(
    private readonly redis: RedisConnection,
    private readonly prefix: string,
    private readonly reports: ClusterReports,
  ) {}

  async keep(
    owner: string,
    id: string,
    text: string,
    { ttlMs, maxBytes }: ResultStoreLimits,
  ): Promise<boolean> {
    if (Buffer.byteLength(text) > maxBytes) return false;
    const args = [...this.keys(owner), id, text, ttlMs, maxBytes, MAX_KEPT];
    return (await this.script('mcpKeepResult', args)) === 1;
  }

  async find(owner: string, id: string): Promise<string | undefined> {
    const text = await this.script('mcpFindResult', [...this.keys(owner), id]);
    return typeof text === 'string' ? text : undefined;
  }

  private async script(name: 'mcpKeepResult' | 'mcpFindResult', args: (string | number)[]): Promise<unknown> {
    try {
      return await this.redis.script(name, args);
    } catch (error) {
      if (!isWrongType(error)) throw error;
      this.reports.unreadable('record', 'its key has another type');
      return undefined;
    }
  }

  private keys(owner: string): [texts: string, expiries: string] {
    const hash = createHash('sha256').update(owner).digest('base64url');
    const key = `${this.prefix}:{results-${hash}}`;
    return [`${key}:texts`, `${key}:expiries`];
  }
}
