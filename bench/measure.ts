/**
 * Measures one scenario on one server, with load and server on separate cores, and prints the result as JSON:
 *
 *     node bench/dist/bench/measure.js --server fastify-sse --scenario call [--node <path>] [--front nginx|tls]
 *
 * `--node` is the server's; the load runs on the Node that runs this. `--front` puts nginx before the server, or TLS into it.
 */
import { parseArgs } from 'node:util';
import { startNginx } from '../test/fixtures/nginx.js';
import { startWithTls } from './front/start-with-tls.js';
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
    node: { type: 'string', default: process.execPath },
    front: { type: 'string' },
  },
});

const measured = SERVERS.find(({ name }) => name === values.server);
if (!measured || !Object.hasOwn(scenarios, values.scenario))
  throw new TypeError(
    `Give --server, one of ${SERVERS.map(({ name }) => name).join(', ')},` +
      ` and --scenario, one of ${Object.keys(scenarios).join(', ')}.`,
  );

pinLoad();
const server = await (values.front === 'tls'
  ? startWithTls(measured, values.node)
  : ServerProcess.start(measured, [], values.node));
const proxy = values.front === 'nginx' ? await startNginx({ nodes: [Number(server.url.port)] }) : undefined;
try {
  const result = await scenarios[values.scenario as ScenarioName]({
    client: new McpLoadClient(proxy ? new URL(measured.path, proxy.url) : server.url, measured.transport),
    server,
    proxy,
    sessions: Math.min(Number(values.sessions), measured.maxSessions ?? Infinity),
    seconds: Number(values.seconds),
    warmupSeconds: Number(values.warmup),
    cycles: Number(values.cycles),
  });
  process.stdout.write(`${JSON.stringify(result)}\n`);
} finally {
  await proxy?.stop();
  await server.stop();
}
process.exit();
