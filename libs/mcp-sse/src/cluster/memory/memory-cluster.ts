import type { ClusterLimits, McpCluster } from '../../model/cluster/mcp-cluster.js';
import { MemoryResults } from '../../sessions/memory-results.js';
import { MemoryBudget } from '../../streaming/memory-budget.js';
import { MemoryAgreement } from './memory-agreement.js';
import { MemoryNode, type SharedMemory } from './memory-node.js';

/** A cluster of applications in one process, such as those of a test. */
export interface MemoryCluster extends McpCluster {
  /** The nodes that joined, in order. */
  readonly nodes: readonly MemoryNode[];
}

/**
 * Shares sessions among several applications in one process, as `redisCluster()` does among processes. Give the same
 * one to each application.
 */
export function memoryCluster(): MemoryCluster {
  const servers = new Map<string, SharedMemory>();
  const nodes: MemoryNode[] = [];
  return {
    nodes,
    async join(server: string, limits: ClusterLimits): Promise<MemoryNode> {
      const shared = servers.get(server) ?? {
        sessions: new Map(),
        removed: new Set(),
        nodes: new Map(),
        followers: new Map(),
        agreed: new MemoryAgreement(),
        results: new MemoryResults(MemoryBudget.unlimited()),
      };
      servers.set(server, shared);
      const node = new MemoryNode(shared, limits);
      nodes.push(node);
      return node;
    },
  };
}
