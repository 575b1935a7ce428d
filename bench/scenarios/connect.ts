import { KnownAnswer } from '../exchanges/known-answer.js';
import { ListExchange } from '../exchanges/list.exchange.js';
import { CpuMeter } from '../run/cpu-meter.js';
import { repeat } from './repeat.js';
import type { Scenario } from './scenario.js';

const WARMUP_CYCLES = 500;

/** Full session lifecycles: open, initialize, list the tools, close. */
export const connect: Scenario = async ({ client, server, sessions, cycles }) => {
  const known = new KnownAnswer();
  const live = async () => {
    const session = await client.open();
    await session.exchange(new ListExchange(session.nextId(), known));
    await session.close();
  };
  await repeat(WARMUP_CYCLES, sessions, live);
  const before = await server.memory();
  const meter = new CpuMeter(server.pid);
  await repeat(cycles, sessions, live);
  const usage = meter.read();
  const after = await server.memory();
  return {
    operations: cycles,
    cpuMicrosPerOperation: (usage.serverSeconds * 1e6) / cycles,
    operationsPerSecond: cycles / usage.seconds,
    cores: usage.cores,
    heapKibPerClosedSession: (after.heapKib - before.heapKib) / cycles,
  };
};
