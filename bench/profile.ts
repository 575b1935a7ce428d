/**
 * Shows where a server spends its CPU time in a scenario:
 *
 *     npm run bench:profile -- fastify-sse call
 */
import { fileURLToPath } from 'node:url';
import type { Profiler } from 'node:inspector';
import { McpLoadClient } from './load/mcp-load.client.js';
import { selfTimes, type SelfTime } from './profile/self-times.js';
import { cpuTaken } from './run/cpu-taken.js';
import { pinLoad } from './run/pin-load.js';
import { ServerProcess } from './run/server-process.js';
import { SERVERS } from './run/servers.js';
import { scenarios, type ScenarioName } from './scenarios/scenarios.js';

const WARMUP_SECONDS = 5;
const SECONDS = 5;
const SHOWN = 45;
const HOOK = fileURLToPath(new URL('profile/profile-hook.js', import.meta.url));

/** Scenarios with a constant load. */
const PROFILED: readonly ScenarioName[] = ['call', 'ask', 'list', 'progress', 'big'];

const [name, given] = process.argv.slice(2);
const measured = SERVERS.find((server) => server.name === name);
const scenario = PROFILED.find((known) => known === given);
if (!measured || !scenario)
  throw new TypeError(
    `Name a server, one of ${SERVERS.map((server) => server.name).join(', ')},` +
      ` and a scenario, one of ${PROFILED.join(', ')}.`,
  );

pinLoad();
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
  const { functions, origins } = selfTimes(await server.ask<Profiler.Profile>('profiled'));
  const { cpuMicrosPerOperation } = await load;
  process.stdout.write(`${cpuMicrosPerOperation?.toFixed(0)} µs of CPU per operation, while profiled\n`);
  print('By origin', origins);
  print('By function, its own time', functions.slice(0, SHOWN));
} finally {
  await server.stop();
}
process.exit();

function print(title: string, times: readonly SelfTime[]): void {
  process.stdout.write(`\n${title}\n`);
  for (const { name, share } of times)
    if (share >= 0.002) process.stdout.write(`${(share * 100).toFixed(1).padStart(5)} %  ${name}\n`);
}
