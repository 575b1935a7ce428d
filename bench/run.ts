/**
 * Measures the servers side by side and prints tables:
 *
 *     npm run bench -- [--servers floor-sse,fastify-sse] [--scenarios call,list] [--rounds 3]
 *
 * Other projects' servers take part if `npm run bench:setup` has installed them. `--full` measures what is published;
 * `--docs` writes the results to docs/performance.md; `--from <file>` takes them from an earlier run's results.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { chart } from './report/chart.js';
import { durations } from './report/durations.js';
import { summary } from './report/summary.js';
import { tables } from './report/tables.js';
import { writePerformance } from './report/write-section.js';
import { FULL, QUICK } from './run/plan.js';
import type { Run, Sample } from './run/sample.js';
import { SERVERS, type MeasuredServer } from './run/servers.js';
import { suits, takeSample } from './run/take-sample.js';

const RESULTS = 'bench/results';

const { values } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    docs: { type: 'boolean', default: false },
    servers: { type: 'string' },
    scenarios: { type: 'string' },
    rounds: { type: 'string' },
    from: { type: 'string' },
  },
});

const run = values.from === undefined ? await measure() : readRun(values.from);
process.stdout.write(`${summary(run.samples)}\n\n${tables(run.samples)}\n\n${durations(run.samples)}\n`);
if (values.docs) await writeDocs(run);

async function measure(): Promise<Run> {
  const scenarios = chosen(values.full ? FULL : QUICK, values.scenarios, () => true);
  const servers = chosen(SERVERS, values.servers, isPlanned);
  const samples: Sample[] = [];
  const run: Run = { node: process.version, cpu: cpus()[0]!.model, date: new Date().toISOString(), samples };
  mkdirSync(RESULTS, { recursive: true });
  const rounds = Number(values.rounds ?? Math.max(...scenarios.map((scenario) => scenario.rounds.own)));
  for (let round = 0; round < rounds; round++)
    for (const scenario of scenarios)
      for (const server of rotated(servers, round)) {
        const planned = server.peer === undefined ? scenario.rounds.own : scenario.rounds.peers;
        if (round >= Number(values.rounds ?? planned) || !suits(scenario, server)) continue;
        samples.push(await takeSample(round, scenario, server));
        // A run takes long and may be interrupted.
        writeFileSync(`${RESULTS}/results.json`, JSON.stringify(run, null, 1));
      }
  return run;
}

function readRun(file: string): Run {
  return JSON.parse(readFileSync(file, 'utf8')) as Run;
}

async function writeDocs({ node, cpu, date, samples }: Run): Promise<void> {
  const machine = `Node ${node}, ${cpu}, one core for the server, ${date.slice(0, 10)}.`;
  await writePerformance('summary', `${summary(samples)}\n\n${machine}`);
  await writePerformance('results', tables(samples));
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
