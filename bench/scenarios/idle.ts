import { ListenExchange } from '../exchanges/listen.exchange.js';
import type { McpLoadClient } from '../load/mcp-load.client.js';
import type { McpSession } from '../load/mcp-session.js';
import { repeat } from './repeat.js';
import type { Scenario, ScenarioContext, ScenarioResult } from './scenario.js';

const OPENING_AT_A_TIME = 32;

/** Memory of initialized, idle sessions. */
export const idle: Scenario = (context) => memoryOf(context, (client) => client.open());

/** Memory of streams on which clients without a session listen. */
export const listen: Scenario = (context) =>
  memoryOf(context, async (client) => {
    const session = await client.open();
    await session.exchange(new ListenExchange(session.nextId()));
    return session;
  });

async function memoryOf(
  { client, server, sessions: count }: ScenarioContext,
  open: (client: McpLoadClient) => Promise<McpSession>,
): Promise<ScenarioResult> {
  // Opens one first, so that modules loaded for it are not counted.
  await (await open(client)).close();
  const before = await server.memory();
  const sessions: McpSession[] = [];
  await repeat(count, OPENING_AT_A_TIME, async () => void sessions.push(await open(client)));
  const held = await server.memory();
  await Promise.all(sessions.map((session) => session.close()));
  return {
    operations: count,
    rssKibPerSession: (held.rssKib - before.rssKib) / count,
    heapKibPerSession: (held.heapKib - before.heapKib) / count,
  };
}
