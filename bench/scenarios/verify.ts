import { CountExchange } from '../exchanges/count.exchange.js';
import { EchoExchange } from '../exchanges/echo.exchange.js';
import { KnownAnswer } from '../exchanges/known-answer.js';
import { ListExchange } from '../exchanges/list.exchange.js';
import type { McpSession } from '../load/mcp-session.js';
import type { Scenario } from './scenario.js';

const TEXTS = ['plain', '', 'é 漢字 🙂 "quoted" \\ \r\n\u2028 end'];

/** Checks once everything that the other scenarios rely on. */
export const verify: Scenario = async ({ client, sessions: count }) => {
  const sessions = await client.openMany(count);
  await Promise.all(sessions.map((session) => check(session)));
  await Promise.all(sessions.map((session) => session.close()));
  return { operations: count };
};

async function check(session: McpSession): Promise<void> {
  await session.exchange(new ListExchange(session.nextId(), new KnownAnswer()));
  for (const text of TEXTS) await session.exchange(new EchoExchange(session.nextId(), text));
  await session.exchange(new CountExchange(session.nextId(), session.ordered));
}
