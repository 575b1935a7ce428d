import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startBridge } from './sse-bridge.mjs';

/**
 * Runs the official conformance suite against the fixture application, which must be built.
 *
 *     node test/conformance/run.mjs [revision of the suite …]
 *
 * Each revision is installed under its own name. Without arguments, all of them run, and again over HTTP+SSE (`sse`)
 * through a bridge. HTTP_ADAPTER names the adapter. Exits with 1 if a scenario fails.
 */
const SUITES = {
  '0.1.16': { name: 'mcp-conformance-0.1', args: ['--suite', 'all'] },
  '0.2.0-alpha.12': { name: 'mcp-conformance-0.2', args: ['--requirements', '2025-11-25'] },
};

/** Skipped over HTTP+SSE, where they would test only the bridge. */
const OF_STREAMABLE_HTTP = ['server-sse-polling', 'server-sse-multiple-streams', 'dns-rebinding-protection'];

const require = createRequire(import.meta.url);
const preload = new URL('glob-sync.mjs', import.meta.url).href;
const server = fileURLToPath(
  new URL('../fixtures/conformance/dist/test/fixtures/conformance/main.js', import.meta.url),
);

async function startServer() {
  const child = spawn(process.execPath, [server], {
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = createInterface({ input: child.stdout })[Symbol.asyncIterator]().next();
  const { value } = await Promise.race([url, once(child, 'exit').then(() => ({}))]);
  if (!value) throw new Error('The server did not start.');
  return { url: value, stop: () => child.kill() };
}

function startSuite(revision, ...args) {
  const suite = require.resolve(`${SUITES[revision].name}/dist/index.js`);
  const node = 'globSync' in process.getBuiltinModule('fs') ? [] : ['--import', preload];
  return spawn(process.execPath, [...node, suite, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Runs the scenarios over HTTP+SSE one by one: the suite has an option to select scenarios, but none to skip them. */
async function runOverSse(url) {
  const [revision] = Object.keys(SUITES);
  const listed = startSuite(revision, 'list', '--server');
  const lines = (await listed.stdout.toArray()).join('').split('\n');
  const scenarios = lines.flatMap((line) => /^ +- (?<name>\S+)/.exec(line)?.groups?.name ?? []);
  if (scenarios.length === 0) throw new Error('The suite lists no scenarios.');
  const bridge = await startBridge(`${url}/sse`);
  const failed = [];
  const chosen = scenarios.filter((scenario) => !OF_STREAMABLE_HTTP.includes(scenario));
  try {
    for (const scenario of chosen) {
      const child = startSuite(revision, 'server', '--url', `${bridge.url}/mcp`, '--scenario', scenario);
      child.stdout.resume();
      const [code] = await once(child, 'exit');
      if (code !== 0) failed.push(scenario);
    }
  } finally {
    bridge.stop();
  }
  process.stdout.write(
    `Over HTTP+SSE: ${chosen.length - failed.length} scenarios passed, ${failed.length} failed ${failed.join(' ')}\n` +
      `Left out, because they would test the bridge: ${OF_STREAMABLE_HTTP.join(', ')}\n`,
  );
  return failed.length === 0;
}

async function runSuite(revision, url) {
  const child = startSuite(revision, 'server', '--url', `${url}/mcp`, ...SUITES[revision].args);
  let inSummary = false;
  for await (const line of createInterface({ input: child.stdout })) {
    inSummary ||= line.includes('SUMMARY');
    if (inSummary) process.stdout.write(`${line}\n`);
  }
  const [code] = child.exitCode === null ? await once(child, 'exit') : [child.exitCode];
  process.stdout.write(`Conformance suite ${revision}: ${code === 0 ? 'passed' : 'FAILED'}\n\n`);
  return code === 0;
}

const chosen = process.argv.slice(2);
const known = [...Object.keys(SUITES), 'sse'];
const unknown = chosen.find((run) => !known.includes(run));
if (unknown) throw new Error(`"${unknown}" is none of ${known.join(', ')}.`);

const { url, stop } = await startServer();
try {
  for (const run of chosen.length > 0 ? chosen : known)
    if (!(await (run === 'sse' ? runOverSse(url) : runSuite(run, url)))) process.exitCode = 1;
} finally {
  stop();
}
