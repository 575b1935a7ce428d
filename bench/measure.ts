/**
 * Measures one scenario on one server, with load and server on separate cores, and prints the result as JSON:
 *
 *     node bench/dist/bench/measure.js --server fastify-sse --scenario call
 *       [--reference floor-sse] [--node <path>] [--front nginx|tls]
 *
 * `--reference` is measured in alternation, a fraction of a second each, so that the ratio of the two does not depend on how
 * fast the machine is at the moment. `--node` is the server's; the load runs on the Node that runs this. `--front` puts
 * nginx before the server, or TLS into it.
 */
import { parseArgs } from 'node:util';
import { startNginx } from '../test/fixtures/nginx.js';
import { startWithTls } from './front/start-with-tls.js';
import { McpLoadClient } from './load/mcp-load.client.js';
import { pinLoad } from './run/pin-load.js';
import { ServerProcess } from './run/server-process.js';
import { SERVERS, type MeasuredServer } from './run/servers.js';
import type { ScenarioResult } from './scenarios/scenario.js';
import { scenarios, type ScenarioName } from './scenarios/scenarios.js';
import { alternating, type Turn } from './scenarios/turns.js';

const { values } = parseArgs({
  options: {
    server: { type: 'string', default: '' },
    scenario: { type: 'string', default: '' },
    sessions: { type: 'string', default: '32' },
    seconds: { type: 'string', default: '3' },
    warmup: { type: 'string', default: '4' },
    cycles: { type: 'string', default: '3000' },
    reference: { type: 'string' },
    node: { type: 'string', default: process.execPath },
    front: { type: 'string' },
  },
});

const measured = serverNamed(values.server);
if (!Object.hasOwn(scenarios, values.scenario))
  throw new TypeError(`Give --scenario, one of ${Object.keys(scenarios).join(', ')}.`);
const reference = values.reference === undefined ? undefined : serverNamed(values.reference);

pinLoad();
const running: { stop(): Promise<void> }[] = [];
try {
  const turn = reference && alternating();
  const warmup = Number(values.warmup);
  const [result, compared] = await Promise.all([
    measureOne(measured, warmup, turn, values.front),
    // The floor has little to optimize.
    reference && measureOne(reference, reference.own ? warmup : warmup / 2, turn),
  ]);
  const cpuRatio = compared && result.cpuMicrosPerOperation! / compared.cpuMicrosPerOperation!;
  process.stdout.write(`${JSON.stringify({ ...result, cpuRatio })}\n`);
} finally {
  await Promise.all(running.map((each) => each.stop()));
}
process.exit();

async function measureOne(
  measured: MeasuredServer,
  warmupSeconds: number,
  turn?: Turn,
  front?: string,
): Promise<ScenarioResult> {
  const server = await (front === 'tls'
    ? startWithTls(measured, values.node)
    : ServerProcess.start(measured, [], values.node));
  running.push(server);
  const proxy = front === 'nginx' ? await startNginx({ nodes: [Number(server.url.port)] }) : undefined;
  if (proxy) running.push(proxy);
  const url = proxy ? new URL(measured.path, proxy.url) : server.url;
  return scenarios[values.scenario as ScenarioName]({
    client: new McpLoadClient(url, measured.transport),
    server,
    proxy,
    turn,
    sessions: Math.min(Number(values.sessions), measured.maxSessions ?? Infinity),
    seconds: Number(values.seconds),
    warmupSeconds,
    cycles: Number(values.cycles),
  });
}

function serverNamed(name: string): MeasuredServer {
  const found = SERVERS.find((server) => server.name === name);
  if (!found) throw new TypeError(`"${name}" is none of ${SERVERS.map((server) => server.name).join(', ')}.`);
  return found;
}
