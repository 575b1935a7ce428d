/**
 * Measures one scenario on one server, with load and server on separate cores, and prints the result as JSON:
 *
 *     node bench/dist/bench/measure.js --server fastify-sse --scenario call
 */
import { parseArgs } from 'node:util';
import { McpLoadClient } from './load/mcp-load.client.js';
import { pinLoad } from './run/pin-load.js';
import { ServerProcess } from './run/server-process.js';
import { SERVERS } from './run/servers.js';
import { scenarios, type ScenarioName } from './scenarios/scenarios.js';

const { values } = parseArgs({
  options: {
    server: { type: 'string', default: '' },
    scenario: { type: 'string', default: '' },
    sessions: { type: 'string', default: '32' },
    seconds: { type: 'string', default: '3' },
    warmup: { type: 'string', default: '4' },
    cycles: { type: 'string', default: '3000' },
  },
});

const measured = SERVERS.find(({ name }) => name === values.server);
if (!measured || !Object.hasOwn(scenarios, values.scenario))
  throw new TypeError(
    `Give --server, one of ${SERVERS.map(({ name }) => name).join(', ')},` +
      ` and --scenario, one of ${Object.keys(scenarios).join(', ')}.`,
  );

pinLoad();
const server = await ServerProcess.start(measured);
try {
  const result = await scenarios[values.scenario as ScenarioName]({
    client: new McpLoadClient(server.url, measured.transport),
    server,
    sessions: Math.min(Number(values.sessions), measured.maxSessions ?? Infinity),
    seconds: Number(values.seconds),
    warmupSeconds: Number(values.warmup),
    cycles: Number(values.cycles),
  });
  process.stdout.write(`${JSON.stringify(result)}\n`);
} finally {
  await server.stop();
}
process.exit();
