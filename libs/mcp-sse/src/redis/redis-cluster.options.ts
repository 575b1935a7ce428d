import type { ClusterNode, ClusterOptions, RedisOptions } from 'ioredis';

/** How nodes reach the Redis that they share: a server, Sentinels, or a Redis Cluster. */
export interface RedisClusterOptions {
  /** Of one server, such as `redis://user:password@host:6379/0`; `rediss://` is TLS. */
  url?: string;
  /** Options of ioredis, for TLS, Sentinels (`sentinels`, `name`) and whatever else a connection needs. */
  options?: RedisOptions;
  /** Nodes of a Redis Cluster, instead of a URL. */
  nodes?: ClusterNode[];
  /** Options of ioredis for a Redis Cluster. */
  clusterOptions?: ClusterOptions;
  /** What all keys and channels begin with, `mcp` by default. */
  keyPrefix?: string;
}
