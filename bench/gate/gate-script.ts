import { PROGRESS_EVENTS } from '../contract/tools.js';
import { AskExchange } from '../exchanges/ask.exchange.js';
import { CountExchange } from '../exchanges/count.exchange.js';
import { EchoExchange } from '../exchanges/echo.exchange.js';
import { KnownAnswer } from '../exchanges/known-answer.js';
import { ListExchange } from '../exchanges/list.exchange.js';
import { McpLoadClient } from '../load/mcp-load.client.js';
import type { ServerProcess } from '../run/server-process.js';
import type { MeasuredServer } from '../run/servers.js';
import { repeat } from '../scenarios/repeat.js';
import type { Costs, OperationName } from './costs.js';
import type { Usage } from './usage-hook.js';

const CALLS = 300;
const COUNTS = 10;
const LISTS = 100;
const SESSIONS = 40;
/** Takes the minimum of several batches, since a server's periodic work adds to some of them. */
const BATCHES = 5;
const TEXT = 'x'.repeat(64);

/** Makes the same requests on each run, one after the other, and measures the server's cost per operation. */
export async function runGateScript(
  server: ServerProcess,
  { transport }: MeasuredServer,
): Promise<Partial<Record<OperationName, Costs>>> {
  const client = new McpLoadClient(server.url, transport);
  const session = await client.open();
  const known = new KnownAnswer();
  const cost = (operations: number, batch: () => Promise<void>) => costOf(server, operations, batch);
  const ask = async () => {
    const asking = new AskExchange(session.nextId());
    await session.exchange(asking);
    await session.exchange(asking.answered(session.nextId(), TEXT));
  };
  return {
    call: await cost(CALLS, () =>
      repeat(CALLS, 1, () => session.exchange(new EchoExchange(session.nextId(), TEXT))),
    ),
    event: await cost(COUNTS * PROGRESS_EVENTS, () =>
      repeat(COUNTS, 1, () => session.exchange(new CountExchange(session.nextId(), session.ordered))),
    ),
    list: await cost(LISTS, () =>
      repeat(LISTS, 1, () => session.exchange(new ListExchange(session.nextId(), known))),
    ),
    ...(transport === 'modern'
      ? { ask: await cost(CALLS, () => repeat(CALLS, 1, ask)) }
      : {
          session: await cost(SESSIONS, () => repeat(SESSIONS, 1, async () => (await client.open()).close())),
        }),
  };
}

async function costOf(server: ServerProcess, operations: number, batch: () => Promise<void>): Promise<Costs> {
  const usages: Usage[] = [];
  for (let index = 0; index <= BATCHES; index++) {
    await server.ask('usage');
    await batch();
    usages.push(await server.ask('usage'));
  }
  // The first batch warmed up.
  const [, ...measured] = usages;
  return {
    socketWrites: Math.min(...measured.map(({ socketWrites }) => socketWrites)) / operations,
    allocatedBytes: Math.round(
      Math.min(...measured.map(({ allocatedBytes }) => allocatedBytes)) / operations,
    ),
  };
}
