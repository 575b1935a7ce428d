import type { ClusterNode } from '../../model/cluster/mcp-cluster.js';
import type { ClusterReporter } from './cluster-reporter.js';
import type { MessageOrigin } from '../../protocol/call-context.js';
import type { RelayedOrigin } from './cluster-message.js';
import type { StoredNames } from './stored-record.js';

/** The cluster that a server is part of. */
export interface JoinedCluster {
  readonly node: ClusterNode;
  readonly reports: ClusterReporter;
  /** What may wait to be kept of a session, in characters of data. */
  readonly maxBytes: number;
  readonly stored: StoredNames;
  /** The origin of a message that came to another node. */
  readonly originOf: (origin: RelayedOrigin) => Promise<Omit<MessageOrigin, 'streamHeaders'>>;
}
