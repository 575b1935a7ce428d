/**
 * Measures the servers side by side and prints tables:
 *
 *     npm run bench -- [--servers floor-sse,fastify-sse] [--scenarios call,list] [--rounds 3]
 *
 * Other projects' servers take part if `npm run bench:setup` has installed them. `--full` measures longer and in rounds;
 * `--docs` writes the results to docs/performance.md.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { format } from 'prettier';
import { chart } from './report/chart.js';
import { tables } from './report/tables.js';
import { writeSection } from './report/write-section.js';
import { measureApart } from './run/measure-apart.js';
import { FULL, QUICK } from './run/plan.js';
import type { Run, Sample } from './run/sample.js';
import { SERVERS, type MeasuredServer } from './run/servers.js';

const RESULTS = 'bench/results';

const { values } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    docs: { type: 'boolean', default: false },
    servers: { type: 'string' },
    scenarios: { type: 'string' },
    rounds: { type: 'string' },
  },
});

const plan = values.full ? FULL : QUICK;
const rounds = Number(values.rounds ?? plan.rounds);
const scenarios = chosen(plan.scenarios, values.scenarios, () => true);
const servers = chosen(SERVERS, values.servers, isPlanned);
const samples: Sample[] = [];
const run: Run = { node: process.version, cpu: cpus()[0]!.model, date: new Date().toISOString(), samples };
mkdirSync(RESULTS, { recursive: true });

for (let round = 0; round < rounds; round++)
  for (const { name, scenario, options, needsSessions, once, transports, peers } of scenarios) {
    if (once && round > 0) continue;
    for (const server of rotated(servers, round)) {
      if (needsSessions && server.maxSessions !== undefined) continue;
      if (server.peer !== undefined && !peers) continue;
      if (transports && !transports.includes(server.transport)) continue;
      const outcome = await measureApart(server.name, scenario, options).then(
        (result) => ({ result }),
        ({ message }: Error) => ({ failure: message }),
      );
      samples.push({ round, server: server.name, scenario: name, ...outcome });
      // A run takes long and may be interrupted.
      writeFileSync(`${RESULTS}/results.json`, JSON.stringify(run, null, 1));
      const shown = JSON.stringify(outcome).slice(0, 160);
      process.stderr.write(`${round + 1}/${rounds} ${name.padEnd(8)} ${server.name.padEnd(22)} ${shown}\n`);
    }
  }

process.stdout.write(`${tables(samples)}\n`);
if (values.docs) await writeDocs();

async function writeDocs(): Promise<void> {
  const day = run.date.slice(0, 10);
  const machine = `Node ${run.node}, ${run.cpu}, one core for the server; ${rounds === 1 ? 'one round' : `${rounds} rounds`}, ${day}.`;
  writeSection(
    'docs/performance.md',
    'results',
    (await format(`${machine}\n\n${tables(samples)}`, { parser: 'markdown' })).trim(),
  );
  writeFileSync('docs/performance.svg', chart(samples));
}

function isPlanned({ peer, onRequest }: MeasuredServer): boolean {
  if (onRequest) return false;
  return peer === undefined || existsSync(`bench/peers/${peer}/node_modules`);
}

function chosen<T extends { readonly name: string }>(
  all: readonly T[],
  names: string | undefined,
  isDefault: (item: T) => boolean,
): readonly T[] {
  if (names === undefined) return all.filter(isDefault);
  return names.split(',').map((name) => {
    const found = all.find((item) => item.name === name);
    if (!found) throw new TypeError(`"${name}" is none of ${all.map((item) => item.name).join(', ')}.`);
    return found;
  });
}

/** Rotates the servers, so that none always follows the same other one. */
function rotated<T>(items: readonly T[], by: number): T[] {
  const start = by % items.length;
  return [...items.slice(start), ...items.slice(0, start)];
}
