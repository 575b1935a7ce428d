import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startChild } from '../fixtures/child-application.js';
import { freePort } from '../fixtures/free-port.js';
import { codeBlocks, pageCode, type CodeBlock } from '../fixtures/readme-blocks.js';

const MINUTE = 60_000;
const run = promisify(execFile);
const QUIET = {
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  npm_config_prefer_offline: 'true',
  NO_COLOR: '1',
};

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'newcomer-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a newcomer does who has nothing but the page: run its commands, and write its files, from the top. */
it(
  'leads from an empty folder to a tool that a client calls and a test that passes',
  async () => {
    // The library is packed while the application is made.
    const packed = pack();
    const port = await freePort();
    const printed: Record<string, string> = {};
    let application: { stop(): Promise<void> } | undefined;
    let cwd = folder;

    const bash = async ({ id, code }: CodeBlock) => {
      const command = asReleased(code, id === 'install' ? await packed : '');
      // npm's start has no end.
      if (id === 'start')
        return void (application = await startChild('bash', ['-c', command], { group: true, port, cwd }));
      const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', `${command}\npwd`], {
        cwd,
        env: { ...process.env, ...QUIET, NODE_OPTIONS: '' },
        maxBuffer: 64 * 1024 * 1024,
      });
      const lines = stdout.trimEnd().split('\n');
      cwd = lines.pop()!;
      printed[id] = lines.join('\n');
    };

    try {
      for (const block of codeBlocks('docs/quick-start.md')) {
        if (block.language === 'bash') await bash(block);
        else if (block.language !== 'text')
          writeFileSync(join(cwd, nameOf(block)), block.code.replace(':3000/', `:${port}/`));
      }
    } finally {
      await application?.stop();
    }
    expect(shapeOf(printed['call']!)).toBe(shapeOf(pageCode('docs/quick-start.md', 'call-output')));
    expect(printed['test']).toMatch(/Tests\D*3 passed/);
  },
  5 * MINUTE,
);

/** @returns the library as a registry would have it */
async function pack(): Promise<string> {
  await run('npm', ['run', 'build:lib']);
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: 'libs/mcp-sse',
  });
  return join(folder, (JSON.parse(stdout) as [{ filename: string }])[0].filename);
}

/** With what this repository has in the place of what a registry has. */
function asReleased(command: string, tarball: string): string {
  return command
    .replace('npx @nestjs/cli', `node ${resolve('node_modules/@nestjs/cli/bin/nest.js')}`)
    .replace('nestjs-mcp-sse', tarball);
}

/** The first line of a file names it. */
function nameOf({ id, code }: CodeBlock): string {
  const [, name] = /^\/\/ (\S+)\n/.exec(code) ?? [];
  if (!name) throw new Error(`The block "${id}" does not name its file.`);
  return name;
}

/** The text with a `#` for each number. */
function shapeOf(text: string): string {
  return text.trim().replaceAll(/\d+/g, '#');
}
