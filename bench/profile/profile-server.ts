import { fileURLToPath } from 'node:url';
import type { Profiler } from 'node:inspector';
import { McpLoadClient } from '../load/mcp-load.client.js';
import { cpuTaken } from '../run/cpu-taken.js';
import { ServerProcess } from '../run/server-process.js';
import type { MeasuredServer } from '../run/servers.js';
import { scenarios } from '../scenarios/scenarios.js';
import { selfTimes, type SelfTime } from './self-times.js';

/** Scenarios with a constant load. */
export const PROFILED = ['call', 'ask', 'list', 'progress', 'big'] as const;

export type ProfiledScenario = (typeof PROFILED)[number];

export interface ServerProfile {
  /** CPU while profiled, which costs something itself. */
  readonly cpuMicrosPerOperation: number;
  readonly functions: readonly SelfTime[];
  readonly origins: readonly SelfTime[];
}

const WARMUP_SECONDS = 5;
const SECONDS = 5;
const HOOK = fileURLToPath(new URL('profile-hook.js', import.meta.url));

/** Profiles a server under the load of a scenario, once it is warm. */
export async function profileServer(
  measured: MeasuredServer,
  scenario: ProfiledScenario,
): Promise<ServerProfile> {
  const server = await ServerProcess.start(measured, ['--import', HOOK]);
  try {
    const load = scenarios[scenario]({
      client: new McpLoadClient(server.url, measured.transport),
      server,
      sessions: Math.min(['call', 'ask'].includes(scenario) ? 32 : 8, measured.maxSessions ?? Infinity),
      seconds: SECONDS,
      warmupSeconds: WARMUP_SECONDS,
      cycles: 10_000,
    });
    await Promise.race([cpuTaken(server.pid, WARMUP_SECONDS), load]);
    await server.ask('profile');
    await Promise.race([cpuTaken(server.pid, SECONDS - 1), load]);
    const times = selfTimes(await server.ask<Profiler.Profile>('profiled'));
    const { cpuMicrosPerOperation } = await load;
    return { cpuMicrosPerOperation: cpuMicrosPerOperation!, ...times };
  } finally {
    await server.stop();
  }
}
