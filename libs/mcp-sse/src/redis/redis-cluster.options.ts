import type { ClusterNode, ClusterOptions, RedisOptions } from 'ioredis';

/** How nodes reach their Redis: a server, Sentinels, or a Redis Cluster. */
export interface RedisClusterOptions {
  /** Address of one server, such as `redis://user:password@host:6379/0`; `rediss://` is TLS. */
  url?: string;
  /** Options of ioredis, for TLS, Sentinels (`sentinels`, `name`) and other needs of a connection. */
  options?: RedisOptions;
  /** Nodes of a Redis Cluster, instead of a URL. */
  nodes?: ClusterNode[];
  /** Options of ioredis for a Redis Cluster. */
  clusterOptions?: ClusterOptions;
  /** Prefix of all keys and channels, `mcp` by default. */
  keyPrefix?: string;
}

/** What the keys and channels of a server begin with. */
export function prefixOf({ keyPrefix = 'mcp' }: RedisClusterOptions, server: string): string {
  return `${keyPrefix}:${server}`;
}
