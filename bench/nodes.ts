/**
 * Measures the servers of this library, each in alternation with the floor, on several versions of Node:
 *
 *     npm run bench:nodes [-- --nodes 20,24,/path/to/node] [--rounds 1] [--docs]
 *
 * `--docs` writes the table to docs/performance.md. The versions are those of bench/nodes/package.json, which
 * `npm run bench:setup` installs. The load runs on the same Node in each case.
 */
import { parseArgs } from 'node:util';
import { durations } from './report/durations.js';
import { nodesTable } from './report/nodes-table.js';
import { writePerformance } from './report/write-section.js';
import { nodeExecutable } from './run/node-executable.js';
import { PER_NODE } from './run/plan.js';
import type { Sample } from './run/sample.js';
import { SERVERS, TRANSPORTS } from './run/servers.js';
import { suits, takeSample } from './run/take-sample.js';

const { values } = parseArgs({
  options: {
    nodes: { type: 'string', default: '20,22,24,26' },
    rounds: { type: 'string', default: '1' },
    docs: { type: 'boolean', default: false },
  },
});

const nodes = values.nodes.split(',').map((given) => ({ ...nodeExecutable(given), samples: [] as Sample[] }));
const servers = SERVERS.filter(({ own, onRequest }) => own && !onRequest);

// All versions take turns at each server of one transport, so that a slow minute of the machine hits all of them.
for (let round = 0; round < Number(values.rounds); round++)
  for (const scenario of PER_NODE)
    for (const transport of TRANSPORTS)
      for (const { path, version, samples } of nodes)
        for (const server of servers) {
          if (server.transport !== transport || !suits(scenario, server)) continue;
          process.stderr.write(`${version} `);
          samples.push(await takeSample(round, scenario, server, { node: path }));
        }

const table = nodesTable(nodes);
process.stdout.write(`${table}\n\n${durations(nodes.flatMap(({ samples }) => samples))}\n`);
if (values.docs) await writePerformance('nodes', table);
process.exit();
