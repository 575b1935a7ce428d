import type { McpSession } from '../load/mcp-session.js';
import { closedLoop } from './closed-loop.js';
import type { ScenarioContext, ScenarioResult } from './scenario.js';

/** Each session goes on as soon as it has its answer. @param step makes one or more requests */
export async function eachSession(
  context: ScenarioContext,
  step: (session: McpSession) => Promise<void>,
): Promise<ScenarioResult> {
  const sessions = await context.client.openMany(context.sessions);
  const result = await closedLoop(
    context,
    sessions.map((session) => () => step(session)),
  );
  await Promise.all(sessions.map((session) => session.close()));
  return result;
}
