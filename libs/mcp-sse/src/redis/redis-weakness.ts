import type { RedisOptions } from 'ioredis';
import type { RedisClusterOptions } from './redis-cluster.options.js';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i;

/**
 * Describes what lets strangers into Redis, which holds sessions and their messages. A warning, not an error: in a
 * network that nobody else reaches, Redis needs no password.
 */
export function redisWeakness({
  url,
  options = {},
  nodes,
  clusterOptions,
}: RedisClusterOptions): string | undefined {
  const { path, password, tls }: RedisOptions = { ...options, ...clusterOptions?.redisOptions };
  if (path !== undefined || password || tls?.cert) return undefined;
  if (nodes) return nodes.every(isSafeNode) ? undefined : sentence('its nodes');
  const address = url ?? `redis://${options.host ?? 'localhost'}`;
  return isSafe(address) ? undefined : sentence(hostOf(address));
}

function isSafeNode(node: NonNullable<RedisClusterOptions['nodes']>[number]): boolean {
  if (typeof node === 'number') return true;
  if (typeof node === 'string') return isSafe(node.includes('://') ? node : `redis://${node}`);
  return isSafe(`redis://${node.host ?? 'localhost'}`);
}

/** Whether an address is on this machine or has a password. Anything but a URL is the path of a socket. */
function isSafe(address: string): boolean {
  if (!URL.canParse(address)) return true;
  const { password, hostname } = new URL(address);
  return password !== '' || hostname === '' || LOOPBACK.test(hostname);
}

/** The host alone: what stands before it may be a user's name. */
function hostOf(address: string): string {
  return new URL(address).host;
}

function sentence(where: string): string {
  return (
    `Redis (${where}) has no password: whoever reaches it can read and change every session. ` +
    'Set one, as in rediss://user:password@host:6379, or make sure that only these nodes reach it.'
  );
}
