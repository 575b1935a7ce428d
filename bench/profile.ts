/**
 * Shows where a server spends its CPU time in a scenario:
 *
 *     npm run bench:profile -- fastify-sse call
 *
 * `--docs` writes the shares of a call over HTTP+SSE, on both adapters, to docs/performance.md.
 */
import { parseArgs } from 'node:util';
import { PROFILED, profileServer } from './profile/profile-server.js';
import type { SelfTime } from './profile/self-times.js';
import { sharesOfCall } from './profile/shares-of-call.js';
import { writePerformance } from './report/write-section.js';
import { pinLoad } from './run/pin-load.js';
import { SERVERS } from './run/servers.js';

const SHOWN = 45;

const { values, positionals } = parseArgs({
  options: { docs: { type: 'boolean', default: false } },
  allowPositionals: true,
});
pinLoad();
await (values.docs ? writeShares() : show(...positionals));
process.exit();

async function show(name = '', given = ''): Promise<void> {
  const scenario = PROFILED.find((known) => known === given);
  if (!scenario) throw new TypeError(`Name a scenario, one of ${PROFILED.join(', ')}.`);
  const { cpuMicrosPerOperation, origins, functions } = await profileServer(serverOf(name), scenario);
  process.stdout.write(`${cpuMicrosPerOperation.toFixed(0)} µs of CPU per operation, while profiled\n`);
  print('By origin', origins);
  print('By function, its own time', functions.slice(0, SHOWN));
}

async function writeShares(): Promise<void> {
  const { origins: Fastify } = await profileServer(serverOf('fastify-sse'), 'call');
  const { origins: Express } = await profileServer(serverOf('express-sse'), 'call');
  await writePerformance('shares', sharesOfCall({ Fastify, Express }));
}

function serverOf(name: string) {
  const measured = SERVERS.find((server) => server.name === name);
  if (!measured)
    throw new TypeError(`Name a server, one of ${SERVERS.map((server) => server.name).join(', ')}.`);
  return measured;
}

function print(title: string, times: readonly SelfTime[]): void {
  process.stdout.write(`\n${title}\n`);
  for (const { name, share } of times)
    if (share >= 0.002) process.stdout.write(`${(share * 100).toFixed(1).padStart(5)} %  ${name}\n`);
}
