import type { McpSession } from '../load/mcp-session.js';
import { repeat } from './repeat.js';
import type { Scenario } from './scenario.js';

const OPENING_AT_A_TIME = 32;

/** What sessions take that are initialized and do nothing. */
export const idle: Scenario = async ({ client, server, sessions: count }) => {
  // What is loaded for the first session is not charged to the others.
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
