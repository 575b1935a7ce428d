import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const require = createRequire(import.meta.url);
const preload = new URL('glob-sync.mjs', import.meta.url).href;
const NODE_OPTIONS = 'globSync' in process.getBuiltinModule('fs') ? [] : ['--import', preload];

/** The suite keeps the checks of each scenario in a directory of this name. */
const DIRECTORY = /^server-(?<scenario>.+)-\d{4}-\d\d-\d\dT[^-]+-/;

/**
 * Runs a suite against a server.
 *
 * @param {string} installedAs name under which this revision of the suite is installed
 * @param {string[]} selection options of the suite that select the scenarios
 * @param {string} url URL of the MCP endpoint
 * @returns {Promise<{ scenario: string, checks: object[] }[]>} what the suite checked; a scenario that did not end has one
 *   failed check
 */
export async function runSuite(installedAs, selection, url) {
  const directory = await mkdtemp(join(tmpdir(), 'conformance-'));
  try {
    const suite = require.resolve(`${installedAs}/dist/index.js`);
    const options = ['server', '--url', url, ...selection, '--output-dir', directory];
    const child = spawn(process.execPath, [...NODE_OPTIONS, suite, ...options], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const errors = child.stderr.toArray();
    await once(child, 'exit');
    const results = await Promise.all((await readdir(directory)).map((name) => readResult(directory, name)));
    if (results.length === 0) throw new Error(`The suite ran no scenario.\n${(await errors).join('')}`);
    return results;
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function readResult(directory, name) {
  const { scenario } = DIRECTORY.exec(name).groups;
  try {
    return { scenario, checks: JSON.parse(await readFile(join(directory, name, 'checks.json'), 'utf8')) };
  } catch {
    return {
      scenario,
      checks: [{ id: scenario, status: 'FAILURE', errorMessage: 'The scenario did not end.' }],
    };
  }
}
