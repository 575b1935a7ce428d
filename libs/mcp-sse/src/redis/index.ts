export { redisCluster } from './redis-cluster.js';
export type { RedisClusterOptions } from './redis-cluster.options.js';
export { redisTaskStore } from './redis-task-store.js';
