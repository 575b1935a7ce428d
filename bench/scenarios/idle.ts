import type { McpSession } from '../load/mcp-session.js';
import { repeat } from './repeat.js';
import type { Scenario } from './scenario.js';

const OPENING_AT_A_TIME = 32;

/** Memory of initialized, idle sessions. */
export const idle: Scenario = async ({ client, server, sessions: count }) => {
  // Opens one session first, so that modules loaded for it are not counted.
  await (await client.open()).close();
  const before = await server.memory();
  const sessions: McpSession[] = [];
  await repeat(count, OPENING_AT_A_TIME, async () => void sessions.push(await client.open()));
  const open = await server.memory();
  await Promise.all(sessions.map((session) => session.close()));
  return {
    operations: count,
    rssKibPerSession: (open.rssKib - before.rssKib) / count,
    heapKibPerSession: (open.heapKib - before.heapKib) / count,
  };
};
