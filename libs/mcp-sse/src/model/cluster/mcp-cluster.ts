import type { ClusterReports } from './cluster-reports.js';
import type { NodeBus } from './node-bus.js';
import type { NodeLease } from './node-lease.js';
import type { SessionLog } from './session-log.js';
import type { SessionStore } from './session-store.js';

/** What the nodes of a cluster share. Made by `redisCluster()` or `memoryCluster()`. */
export interface McpCluster {
  /** A weakness of how the nodes reach what they share, and its remedy. Logged as a warning at boot. */
  readonly weakness?: string;

  /**
   * @param server name of the server: each has sessions of its own
   * @param reports told of what is dropped; none unless given
   */
  join(server: string, limits: ClusterLimits, reports?: ClusterReports): ClusterNode;
}

export interface ClusterLimits {
  /** What the log of a session keeps; see the option `replay`. */
  readonly maxEvents: number;
  readonly maxBytes: number;
}

/** This node's part of a cluster. */
export interface ClusterNode {
  /** Unique among all nodes at all times. */
  readonly id: string;
  readonly store: SessionStore;
  readonly log: SessionLog;
  readonly bus: NodeBus;
  readonly lease: NodeLease;
  /** Whether what the nodes share can be reached, as far as is known. */
  readonly isReachable: boolean;

  /** Resolves when other nodes can reach this one; soon, when that is not possible yet. */
  ready(): Promise<void>;

  /** @param listener called whenever what the nodes share, or the other nodes, can be reached again */
  onReturn(listener: () => void): void;

  /** Leaves the cluster: no other node waits for this one any more. */
  leave(): Promise<void>;
}
