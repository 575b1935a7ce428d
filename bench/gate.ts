/**
 * Fails when an operation takes more socket writes or allocates more than the budget of its Node allows:
 *
 *     npm run bench:gate [-- --node 24] [--update]
 *
 * `--update` writes the measured figures to the budget, for a change that is worth its cost. Unlike time, these figures
 * do not depend on the load of the machine. Node's own allocation differs between its majors, so each has a budget. On a
 * major without one, only socket writes are compared. `--node` takes a major that `npm run bench:setup` has installed, or
 * the path of a Node; by default, that of this process.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { format } from 'prettier';
import { budgetBreaches } from './gate/budget-breaches.js';
import type { CostTable } from './gate/costs.js';
import { runGateScript } from './gate/gate-script.js';
import { nodeExecutable } from './run/node-executable.js';
import { ServerProcess } from './run/server-process.js';
import { SERVERS } from './run/servers.js';

interface Budget {
  /** Node's major version. */
  readonly node: number;
  readonly costs: CostTable;
}

/** The major that continuous integration runs on. */
const MAIN_MAJOR = 20;

/** Turns off the optimizing compilers, whose timing affects allocation, and garbage collection. */
const NODE_OPTIONS = [
  '--no-opt',
  '--no-maglev',
  '--min-semi-space-size=512',
  '--max-semi-space-size=512',
  '--import',
  fileURLToPath(new URL('gate/usage-hook.js', import.meta.url)),
];

const { values } = parseArgs({
  options: {
    update: { type: 'boolean', default: false },
    node: { type: 'string', default: process.execPath },
  },
});
const { path, version } = nodeExecutable(values.node);
const node = Number.parseInt(version.slice(1), 10);
const costs: Record<string, CostTable[string]> = {};

for (const measured of SERVERS.filter(({ own, onRequest }) => own && !onRequest)) {
  const server = await ServerProcess.start(measured, NODE_OPTIONS, path);
  try {
    costs[measured.name] = await runGateScript(server, measured);
  } finally {
    await server.stop();
  }
  process.stdout.write(`${measured.name} ${JSON.stringify(costs[measured.name])}\n`);
}

if (values.update) {
  const budget: Budget = { node, costs };
  writeFileSync(fileOf(node), await format(JSON.stringify(budget), { parser: 'json' }));
  process.exit();
}
const hasBudget = existsSync(fileOf(node));
if (!hasBudget)
  process.stdout.write(
    `Node ${node} has no budget: only socket writes are compared, with those of Node ${MAIN_MAJOR}.\n`,
  );
const budget = JSON.parse(readFileSync(fileOf(hasBudget ? node : MAIN_MAJOR), 'utf8')) as Budget;
const breaches = budgetBreaches(
  costs,
  budget.costs,
  hasBudget ? ['socketWrites', 'allocatedBytes'] : ['socketWrites'],
);
for (const breach of breaches) process.stderr.write(`Node ${node}, ${breach}\n`);
process.exit(breaches.length > 0 ? 1 : 0);

function fileOf(major: number): string {
  return `bench/gate/budget.node-${major}.json`;
}
