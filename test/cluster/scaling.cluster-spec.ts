import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import { HttpWireClient } from '../clients/http-wire-client.js';
import { send, WireClient } from '../clients/wire-client.js';
import { startChild, startTypeScript } from '../fixtures/child-application.js';
import { freePort } from '../fixtures/free-port.js';
import { Page } from '../fixtures/page.js';
import { codeBlocks } from '../fixtures/readme-blocks.js';

const PAGE = 'docs/scaling.md';
const run = promisify(execFile);
const scripts = JSON.parse(readFileSync('package.json', 'utf8')).scripts as Record<string, string>;
/** Replaces commands that need a build by those that the tests can start. */
const START = 'node --import ./test/fixtures/typescript/register.mjs src/main.ts';

const running: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const stop of running.splice(0).reverse()) await stop();
}, 40_000);

function code(id: string): string {
  return codeBlocks(PAGE)
    .find((block) => block.id === id)!
    .code.trimEnd();
}

/** Runs a command of the page with the test's ports. */
async function start(command: string, port: number): Promise<void> {
  const child = await startChild('bash', ['-c', `exec env ${command}`], { port });
  running.push(() => child.stop());
}

describe('the page on scaling', () => {
  it('has no snippet without a test', () => {
    const ids = codeBlocks(PAGE).map(({ id }) => id);
    expect(ids).toEqual(['chaos', 'topology', 'redis', 'node', 'main', 'module', 'ready', 'kubernetes']);
    // Continuous integration runs the long one.
    expect(code('chaos')).toBe('npm run chaos');
    expect(readFileSync('.ci/run', 'utf8')).toContain('step npm run chaos');
  });

  it('names files and scripts that exist', () => {
    const text = readFileSync(PAGE, 'utf8');
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)]+)\)/g)].map(
      ([, path]) => `docs/${path!.split('#')[0]}`,
    );
    expect(links.filter((path) => !existsSync(path))).toEqual([]);
    const named = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, script]) => script!);
    expect(named.filter((script) => !(script in scripts))).toEqual([]);
  });

  it('starts a cluster by its commands', async () => {
    const [redis, ...nodes] = [await freePort(), await freePort(), await freePort()] as const;
    await start(code('redis').replace('6379', String(redis)), redis);
    expect(scripts['start:prod']).toBe('node dist/src/main.js');
    for (const port of nodes) {
      const command = code('node').replace('6379', String(redis)).replace('npm run start:prod', START);
      await start(command.replace('3001', String(port)), port);
      const ready = code('ready').replace('3001', String(port));
      expect(JSON.parse((await run('bash', ['-c', ready])).stdout)).toMatchObject({ status: 'ok' });
    }
    const [one, other] = nodes.map((port) => `http://127.0.0.1:${port}/mcp`);
    const [, key] = /MCP_API_KEYS=ada:(\S+)/.exec(code('node'))!;
    const { headers } = await HttpWireClient.connect(one!, { headers: { 'x-api-key': key! } });
    expect(await new HttpWireClient(other!, headers).call('a', 'ping')).toHaveProperty('result');
  }, 120_000);

  it('serves the sessions of one port by several processes', async () => {
    const redis = await freePort();
    await start(code('redis').replace('6379', String(redis)), redis);
    const page = new Page(PAGE);
    page.write();
    running.push(async () => page.remove());
    const application = await startTypeScript(join(page.folder, 'src/main.ts'), {
      env: { PROCESSES: '2', REDIS_URL: `redis://127.0.0.1:${redis}` },
      group: true,
    });
    running.push(() => application.stop());
    const [http, sse] = await Promise.all([
      HttpWireClient.connect(`${application.url}/mcp`),
      WireClient.connect(`${application.url}/sse`),
    ]);
    // Each request on a connection of its own, which the processes take in turn.
    const executed = new Set<unknown>();
    for (const id of [1, 2, 3, 4]) {
      const { result } = await http.call(id, 'tools/call', { name: 'process_id' });
      executed.add(JSON.stringify(result));
      expect(await sse.callTool(id, 'process_id')).toHaveProperty('result');
    }
    expect(executed.size).toBe(1);
    sse.close();
    process.kill(application.pid, 'SIGTERM');
    expect(await application.exit).toBe(0);
  }, 120_000);

  it('has settings for Kubernetes that the reference application takes, and probes that it answers', async () => {
    const manifest = code('kubernetes');
    const values = [...manifest.matchAll(/\{ name: (\w+), value: '?([^' ]+)'? \}/g)];
    const env = Object.fromEntries(values.map(([, name, value]) => [name, value!]));
    const redis = await freePort();
    await start(code('redis').replace('6379', String(redis)), redis);
    const port = await freePort();
    const application = await startTypeScript('src/main.ts', {
      port,
      env: {
        ...env,
        HOST: '127.0.0.1',
        PORT: String(port),
        MCP_REDIS_URL: `redis://127.0.0.1:${redis}`,
        MCP_JWT_SECRET: randomBytes(48).toString('base64'),
      },
    });
    running.push(() => application.stop());
    const probes = [...manifest.matchAll(/path: (\S+),/g)].map(([, path]) => application.url + path!);
    const statuses = await Promise.all(
      probes.map(async (url) => (await send(url, { method: 'GET' })).status),
    );
    expect(statuses).toEqual([200, 200]);
    const drainMs = Number(env['MCP_DRAIN_PROPAGATION_MS']) + Number(env['MCP_DRAIN_DEADLINE_MS']);
    const [, graceSeconds] = /terminationGracePeriodSeconds: (\d+)/.exec(manifest)!;
    expect(Number(graceSeconds) * 1_000).toBeGreaterThan(drainMs);
  }, 120_000);
});
