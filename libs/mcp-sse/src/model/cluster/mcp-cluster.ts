import type { Agreement } from './agreement.js';
import type { ClusterReports } from './cluster-reports.js';
import type { NodeBus } from './node-bus.js';
import type { NodeLease } from './node-lease.js';
import type { ResultStore } from '../result-store.js';
import type { SessionLog } from './session-log.js';
import type { SessionStore } from './session-store.js';

/** The store and bus that the nodes of a cluster share. Created by `redisCluster()` or `memoryCluster()`. */
export interface McpCluster {
  /** A weakness of the connection to the store, and its remedy. Logged as a warning at boot. */
  readonly weakness?: string;

  /**
   * @param server name of the server; each server has its own sessions
   * @param reports counts and logs failures, if given
   * @throws {McpConfigurationError} if a package that it needs is not installed
   */
  join(server: string, limits: ClusterLimits, reports?: ClusterReports): Promise<ClusterNode>;
}

export interface ClusterLimits {
  /** Limits of a session's log; see the option `replay`. */
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
  readonly agreement: Agreement;
  /** The results that tools keep for their callers. */
  readonly results: ResultStore;
  /** Whether the store is reachable, as far as is known. */
  readonly isReachable: boolean;

  /** Resolves when other nodes can reach this one, or soon if the store is unreachable. */
  ready(): Promise<void>;

  /** @param listener called whenever the store or the other nodes become reachable again */
  onReturn(listener: () => void): void;

  /** Leaves the cluster, so that other nodes stop waiting for this one. */
  leave(): Promise<void>;
}
