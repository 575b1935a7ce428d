import type { Agreement } from '../model/cluster/agreement.js';
import type { ClusterReports } from '../model/cluster/cluster-reports.js';
import { ClusterUnavailableError } from '../model/errors/cluster.errors.js';
import type { RedisConnection } from './redis-connection.js';
import { isWrongType } from './redis-outage.js';

/** Values on which nodes agree over Redis, each under a key of its own. */
export class RedisAgreement implements Agreement {
  constructor(
    private readonly redis: RedisConnection,
    private readonly prefix: string,
    private readonly reports: ClusterReports,
  ) {}

  async agree(key: string, proposed: string, ttlMs?: number): Promise<string> {
    const args = [`${this.prefix}:agreed:${key}`, proposed, ttlMs ?? ''];
    try {
      return (await this.redis.script('mcpAgree', args)) as string;
    } catch (error) {
      if (!isWrongType(error)) throw error;
      this.reports.unreadable('record', 'its key has another type');
      throw new ClusterUnavailableError(error);
    }
  }
}
