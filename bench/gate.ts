/**
 * Fails when an operation takes more socket writes or allocates more than `bench/gate/budget.json` allows:
 *
 *     npm run bench:gate [-- --update]
 *
 * `--update` writes the measured figures to the budget, for a change that is worth its cost. Unlike time, these figures
 * do not depend on the load of the machine. Node's own allocation differs between its majors, so allocation is compared
 * only on the major of the budget.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { format } from 'prettier';
import { budgetBreaches } from './gate/budget-breaches.js';
import type { Costs, CostTable } from './gate/costs.js';
import { runGateScript } from './gate/gate-script.js';
import { ServerProcess } from './run/server-process.js';
import { SERVERS } from './run/servers.js';

interface Budget {
  /** Node's major version. */
  readonly node: number;
  readonly costs: CostTable;
}

const BUDGET = 'bench/gate/budget.json';

/** Turns off the optimizing compilers, whose timing affects allocation, and garbage collection. */
const NODE_OPTIONS = [
  '--no-opt',
  '--no-maglev',
  '--min-semi-space-size=512',
  '--max-semi-space-size=512',
  '--import',
  fileURLToPath(new URL('gate/usage-hook.js', import.meta.url)),
];

const { values } = parseArgs({ options: { update: { type: 'boolean', default: false } } });
const node = Number.parseInt(process.versions.node, 10);
const costs: Record<string, CostTable[string]> = {};

for (const measured of SERVERS.filter(({ own, onRequest }) => own && !onRequest)) {
  const server = await ServerProcess.start(measured, NODE_OPTIONS);
  try {
    costs[measured.name] = await runGateScript(server, measured);
  } finally {
    await server.stop();
  }
  process.stdout.write(`${measured.name} ${JSON.stringify(costs[measured.name])}\n`);
}

if (values.update) {
  const budget: Budget = { node, costs };
  writeFileSync(BUDGET, await format(JSON.stringify(budget), { parser: 'json' }));
} else {
  const budget = JSON.parse(readFileSync(BUDGET, 'utf8')) as Budget;
  const compared: (keyof Costs)[] =
    node === budget.node ? ['socketWrites', 'allocatedBytes'] : ['socketWrites'];
  const breaches = budgetBreaches(costs, budget.costs, compared);
  for (const breach of breaches) process.stderr.write(`${breach}\n`);
  if (breaches.length > 0) process.exit(1);
}
process.exit();
