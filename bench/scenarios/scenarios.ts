import { AskExchange } from '../exchanges/ask.exchange.js';
import { CountExchange } from '../exchanges/count.exchange.js';
import { EchoExchange } from '../exchanges/echo.exchange.js';
import { KnownAnswer } from '../exchanges/known-answer.js';
import { ListExchange } from '../exchanges/list.exchange.js';
import { connect } from './connect.js';
import { eachSession } from './each-session.js';
import { idle, listen } from './idle.js';
import { prose } from './prose.js';
import type { Scenario } from './scenario.js';
import { verify } from './verify.js';

const CALL_CHARACTERS = 64;
const BIG_CHARACTERS = 1024 * 1024;

/** Small calls. All texts differ, so that an answer to another request would be noticed. */
const call: Scenario = (context) => {
  let calls = 0;
  return eachSession(context, (session) =>
    session.exchange(new EchoExchange(session.nextId(), `call ${++calls} `.padEnd(CALL_CHARACTERS, '.'))),
  );
};

/** Calls with one question: two requests, of which the second brings the answer. */
const ask: Scenario = (context) => {
  let calls = 0;
  return eachSession(context, async (session) => {
    const asking = new AskExchange(session.nextId());
    await session.exchange(asking);
    await session.exchange(asking.answered(session.nextId(), `word ${++calls}`));
  });
};

const list: Scenario = (context) => {
  const known = new KnownAnswer();
  return eachSession(context, (session) => session.exchange(new ListExchange(session.nextId(), known)));
};

const progress: Scenario = (context) =>
  eachSession(context, (session) => session.exchange(new CountExchange(session.nextId(), session.ordered)));

const big: Scenario = (context) => {
  const known = new KnownAnswer();
  const text = prose(BIG_CHARACTERS);
  return eachSession(context, (session) => session.exchange(new EchoExchange(session.nextId(), text, known)));
};

export const scenarios = { verify, call, ask, list, progress, big, connect, idle, listen } satisfies Record<
  string,
  Scenario
>;

export type ScenarioName = keyof typeof scenarios;
