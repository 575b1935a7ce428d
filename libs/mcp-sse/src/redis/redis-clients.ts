import type { Cluster, Redis, RedisOptions } from 'ioredis';
import { ioredis } from './ioredis.js';
import type { RedisClusterOptions } from './redis-cluster.options.js';
import { REDIS_SCRIPTS } from './redis-scripts.js';

/** How long a command may take before Redis counts as away, in milliseconds. */
const COMMAND_TIMEOUT_MS = 1_000;
/** How long a connection may be silent. It is used every second. */
const SOCKET_TIMEOUT_MS = 5_000;
/** The longest wait before connecting again. */
const RECONNECT_MS = 250;
/** The first wait: without a connection that listens, a node soon looks dead. */
const FIRST_RECONNECT_MS = 20;

export type RedisClient = Redis | Cluster;

/** Commands fail at once while there is no connection: later, nobody would wait for them. */
const OWN_OPTIONS: RedisOptions = {
  commandTimeout: COMMAND_TIMEOUT_MS,
  socketTimeout: SOCKET_TIMEOUT_MS,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  enableOfflineQueue: false,
  retryStrategy: (times) => Math.min(times * FIRST_RECONNECT_MS, RECONNECT_MS),
  keyPrefix: '',
  scripts: REDIS_SCRIPTS,
};

/** Opens a connection. ioredis connects, and connects again, by itself. */
export function createRedisClient(options: RedisClusterOptions): RedisClient {
  const { url, options: redisOptions, nodes, clusterOptions } = options;
  const client = nodes
    ? new ioredis.package.Cluster(nodes, {
        ...clusterOptions,
        enableOfflineQueue: false,
        clusterRetryStrategy: () => RECONNECT_MS,
        scripts: REDIS_SCRIPTS,
        redisOptions: {
          ...redisOptions,
          ...clusterOptions?.redisOptions,
          commandTimeout: COMMAND_TIMEOUT_MS,
        },
      })
    : createRedis(url, { ...redisOptions, ...OWN_OPTIONS });
  // Each command reports its own failure.
  client.on('error', () => undefined);
  return client;
}

function createRedis(url: string | undefined, options: RedisOptions): Redis {
  const { Redis: Client } = ioredis.package;
  return url === undefined ? new Client(options) : new Client(url, options);
}
