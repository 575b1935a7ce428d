import type { Exchange } from '../load/exchange.js';
import type { McpSession } from '../load/mcp-session.js';
import { closedLoop } from './closed-loop.js';
import type { ScenarioContext, ScenarioResult } from './scenario.js';

/** Each session sends its next request as soon as it has the previous answer. */
export async function eachSession(
  context: ScenarioContext,
  nextExchange: (session: McpSession) => Exchange,
): Promise<ScenarioResult> {
  const sessions = await context.client.openMany(context.sessions);
  const result = await closedLoop(
    context,
    sessions.map((session) => () => session.exchange(nextExchange(session))),
  );
  await Promise.all(sessions.map((session) => session.close()));
  return result;
}
