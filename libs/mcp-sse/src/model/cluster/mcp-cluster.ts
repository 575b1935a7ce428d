import type { ClusterReports } from './cluster-reports.js';
import type { NodeBus } from './node-bus.js';
import type { NodeLease } from './node-lease.js';
import type { SessionLog } from './session-log.js';
import type { SessionStore } from './session-store.js';

/** What nodes share. `redisCluster()` and `memoryCluster()` make one. */
export interface McpCluster {
  /** What is weak about how nodes reach what they share, and what to do. A warning at boot. */
  readonly weakness?: string;

  /**
   * @param server name of the server: each has sessions of its own
   * @param reports told of what is dropped; nobody is unless given
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
  /** Whether what nodes share can be reached, as far as is known. */
  readonly isReachable: boolean;

  /** Resolves when other nodes can reach this one, or soon after when that is not possible yet. */
  ready(): Promise<void>;

  /** @param listener called whenever what nodes share is there again after it was not, or other nodes are heard again */
  onReturn(listener: () => void): void;

  /** Says goodbye, after which no other node waits for this one. */
  leave(): Promise<void>;
}
