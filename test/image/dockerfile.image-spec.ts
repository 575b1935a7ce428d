import { execFile, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startChild } from '../fixtures/child-application.js';
import { commandOf, copiesOf, environmentOf, stagesOf, textsOf, type Stage } from '../fixtures/dockerfile.js';

const run = promisify(execFile);
const IGNORED = /(^|\/)(node_modules|dist)(\/|$)|\.spec\.ts$|\.tgz$/;
const JWT = { MCP_AUTH: 'jwt', MCP_JWT_SECRET: randomBytes(48).toString('base64') };
const NODE_OPTIONS = '';

/** What the Dockerfile says is done, in folders instead of images: base image, user and network are those of here. */
describe('the steps of the Dockerfile', () => {
  let root: string;
  let image: Stage;
  let folder: string;

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'image-'));
    const stages = stagesOf('Dockerfile');
    for (const [index, stage] of stages.entries()) await build(stage, stage.name ?? String(index));
    image = stages.at(-1)!;
    folder = workFolder(image, String(stages.length - 1));
  }, 900_000);

  afterAll(() => rmSync(root, { recursive: true, force: true }), 60_000);

  const workFolder = (stage: Stage, name: string) => join(root, name, textsOf(stage, 'WORKDIR')[0]!);

  async function build(stage: Stage, name: string): Promise<void> {
    const cwd = workFolder(stage, name);
    mkdirSync(cwd, { recursive: true });
    const copies = copiesOf(stage);
    for (const { keyword, text } of stage.instructions) {
      if (keyword === 'COPY') copy(copies.shift()!, cwd);
      if (keyword === 'RUN')
        await run('sh', ['-c', text], { cwd, env: { ...process.env, NODE_ENV: '', NODE_OPTIONS } });
    }
  }

  function copy({ from, sources, target }: ReturnType<typeof copiesOf>[number], cwd: string): void {
    for (const source of sources) {
      const path = from === undefined ? source : join(root, from, source);
      const isFile = statSync(path).isFile();
      cpSync(path, join(cwd, target, isFile ? basename(source) : ''), {
        recursive: true,
        verbatimSymlinks: true,
        filter: (entry) => from !== undefined || !IGNORED.test(entry),
      });
    }
  }

  const start = (env: Record<string, string> = JWT) => {
    const [command, ...args] = commandOf(image, 'CMD');
    const { PORT: _port, ...defaults } = environmentOf(image);
    return startChild(command!, args, { cwd: folder, env: { ...defaults, ...env } });
  };
  const health = (port: number) => {
    const [command, ...args] = commandOf(image, 'HEALTHCHECK');
    return spawnSync(command!, args, { env: { ...process.env, PORT: String(port), NODE_OPTIONS } }).status;
  };

  it('install what production needs, and no more', () => {
    const packages = (name: string) =>
      statSync(join(folder, 'node_modules', name), { throwIfNoEntry: false });
    expect(packages('@nestjs/core')).toBeDefined();
    expect(['typescript', 'jest', '@nestjs/cli', 'playwright-core'].filter(packages)).toEqual([]);
  });

  it('make an application that is healthy, and ends in order when it is told to', async () => {
    const application = await start();
    expect(health(application.port)).toBe(0);
    expect((await fetch(`${application.url}/sse`)).status).toBe(401);
    process.kill(application.pid, 'SIGTERM');
    expect(await application.exit).toBe(0);
    expect(health(application.port)).toBe(1);
  }, 120_000);

  it('make an application that does not start without authentication', async () => {
    await expect(start({})).rejects.toThrow(/McpSseModule has no authentication/);
  }, 120_000);
});
