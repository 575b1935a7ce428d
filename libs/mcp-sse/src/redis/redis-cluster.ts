import { NO_REPORTS, type ClusterReports } from '../model/cluster/cluster-reports.js';
import type { ClusterLimits, ClusterNode, McpCluster } from '../model/cluster/mcp-cluster.js';
import { ioredis } from './ioredis.js';
import { prefixOf, type RedisClusterOptions } from './redis-cluster.options.js';
import { RedisNode } from './redis-node.js';
import { redisWeakness } from './redis-weakness.js';

/**
 * Shares the sessions of an application among its nodes, over Redis 6.2 or later. Any node then serves any client, and
 * goes on with the sessions of a node that is gone.
 *
 * ```ts
 * McpSseModule.forRoot({ name: 'orders', version: '1.0.0', cluster: redisCluster({ url: 'redis://localhost' }) })
 * ```
 */
export function redisCluster(options: RedisClusterOptions): McpCluster {
  return {
    weakness: redisWeakness(options),
    async join(
      server: string,
      limits: ClusterLimits,
      reports: ClusterReports = NO_REPORTS,
    ): Promise<ClusterNode> {
      await ioredis.load('redisCluster()');
      return new RedisNode(options, prefixOf(options, server), limits, reports);
    },
  };
}
