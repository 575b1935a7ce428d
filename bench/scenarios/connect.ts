import { KnownAnswer } from '../exchanges/known-answer.js';
import { ListExchange } from '../exchanges/list.exchange.js';
import { cpuTaken } from '../run/cpu-taken.js';
import { processSeconds } from '../run/proc-stat.js';
import { repeat, repeatWhile } from './repeat.js';
import type { Scenario } from './scenario.js';
import { alone, SLICES } from './turns.js';

/** Full session lifecycles: open, initialize, list the tools, close. Warms up as long as the other scenarios. */
export const connect: Scenario = async (context) => {
  const { client, server, turn = alone, sessions, cycles, warmupSeconds } = context;
  const known = new KnownAnswer();
  const live = async () => {
    const session = await client.open();
    await session.exchange(new ListExchange(session.nextId(), known));
    await session.close();
  };
  const before = await turn(async () => {
    let isWarm = false;
    void cpuTaken(server.pid, warmupSeconds).then(() => (isWarm = true));
    await repeatWhile(() => !isWarm, sessions, live);
    return server.memory();
  });
  // Sessions that have ended still cost something while the next slice waits for its turn.
  const cpuBefore = processSeconds(server.pid);
  const share = Math.ceil(cycles / SLICES);
  for (let slice = 0; slice < SLICES; slice++) await turn(() => repeat(share, sessions, live));
  const cpuSeconds = processSeconds(server.pid) - cpuBefore;
  const after = await turn(() => server.memory());
  const operations = share * SLICES;
  return {
    operations,
    cpuMicrosPerOperation: (cpuSeconds * 1e6) / operations,
    heapKibPerClosedSession: (after.heapKib - before.heapKib) / operations,
  };
};
