import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { report } from './report.mjs';
import { startBridge } from './sse-bridge.mjs';
import { runSuite } from './suite.mjs';

/**
 * Runs the official conformance suite against the fixture application, which must be built, on both adapters side by side.
 *
 *     node test/conformance/run.mjs [run …]
 *
 * Without arguments, all runs. HTTP_ADAPTER limits them to one adapter. Exits with 1 if a scenario fails, also one that the
 * suite only reports.
 */
const RUNS = {
  '0.1.16': { suite: 'mcp-conformance-0.1', selection: ['--suite', 'all'] },
  '2025-11-25': { suite: 'mcp-conformance-0.2', selection: ['--requirements', '2025-11-25'] },
  '2026-07-28': {
    suite: 'mcp-conformance-0.2',
    selection: ['--requirements', '2026-07-28'],
  },
  sse: {
    suite: 'mcp-conformance-0.1',
    selection: ['--suite', 'all'],
    isOverSse: true,
    // Of Streamable HTTP: over HTTP+SSE they would test only the bridge.
    leftOut: /^(server-sse-polling|server-sse-multiple-streams|dns-rebinding-protection)$/,
  },
};

const server = fileURLToPath(
  new URL('../fixtures/conformance/dist/test/fixtures/conformance/main.js', import.meta.url),
);

async function startServer(adapter) {
  const child = spawn(process.execPath, [server], {
    env: { ...process.env, PORT: '0', HTTP_ADAPTER: adapter },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
  const { value } = await Promise.race([url, once(child, 'exit').then(() => ({}))]);
  if (!value) throw new Error(`The server did not start on ${adapter}.`);
  return { url: value, stop: () => child.kill() };
}

/** @returns the results of each run */
async function runOn(adapter, runs) {
  const { url, stop } = await startServer(adapter);
  const bridge = await startBridge(`${url}/sse`);
  const results = {};
  try {
    for (const run of runs) {
      const { suite, selection, isOverSse, leftOut } = RUNS[run];
      const all = await runSuite(suite, selection, `${isOverSse ? bridge.url : url}/mcp`);
      results[run] = all.filter(({ scenario }) => !leftOut?.test(scenario));
    }
  } finally {
    bridge.stop();
    stop();
  }
  return results;
}

const known = Object.keys(RUNS);
const chosen = process.argv.length > 2 ? process.argv.slice(2) : known;
const unknown = chosen.find((run) => !known.includes(run));
if (unknown) throw new Error(`"${unknown}" is none of ${known.join(', ')}.`);

const { HTTP_ADAPTER } = process.env;
const adapters = HTTP_ADAPTER ? [HTTP_ADAPTER] : ['express', 'fastify'];
// Settled, so that no server outlives this process.
const settled = await Promise.allSettled(adapters.map((adapter) => runOn(adapter, chosen)));
for (const { reason } of settled) if (reason) throw reason;
for (const run of chosen) {
  const byAdapter = Object.fromEntries(
    adapters.map((adapter, index) => [adapter, settled[index].value[run]]),
  );
  if (!report(run, byAdapter)) process.exitCode = 1;
}
