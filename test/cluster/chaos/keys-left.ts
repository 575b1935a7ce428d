import { Redis } from 'ioredis';
import { sessionTtlMs } from '../../../libs/mcp-sse/src/model/cluster/session-store.js';
import { resolveOptions } from '../../../libs/mcp-sse/src/mcp-sse.defaults.js';

const { graceMs } = resolveOptions({ name: 'any', version: '1' }).sse;

/**
 * Finds keys that stopped nodes leave in Redis for ever, or for longer than an abandoned session. Streamable HTTP sessions
 * would be kept for half an hour, but their clients have ended them.
 */
export async function keysLeft(url: string): Promise<string[]> {
  const redis = new Redis(url);
  try {
    const keys = await redis.keys('*');
    const lives = await Promise.all(keys.map(async (key) => ({ key, lifeMs: await redis.pttl(key) })));
    return lives
      .filter(({ lifeMs }) => lifeMs === -1 || lifeMs > sessionTtlMs(graceMs))
      .map(({ key, lifeMs }) => `left in Redis ${lifeMs === -1 ? 'for ever' : `for ${lifeMs} ms`}: ${key}`);
  } finally {
    redis.disconnect();
  }
}
