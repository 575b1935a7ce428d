import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startChild } from '../fixtures/child-application.js';
import { freePort } from '../fixtures/free-port.js';
import { packedLibrary } from '../fixtures/installed-application.js';
import { Registry } from '../fixtures/registry.js';
import { codeBlocks, pageCode, type CodeBlock } from '../fixtures/readme-blocks.js';

const MINUTE = 60_000;
const run = promisify(execFile);
const QUIET = {
  npm_config_audit: 'false',
  npm_config_fund: 'false',
  npm_config_prefer_offline: 'true',
  NO_COLOR: '1',
};

/** What the page has different for each version of Nest. */
const VERSIONS = [
  { nest: '12', cli: `node ${resolve('node_modules/@nestjs/cli/bin/nest.js')}`, ending: '.js' },
  { nest: '11', cli: 'npx --yes @nestjs/cli@11', ending: '' },
];

let folder: string;
let registry: Registry;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'newcomer-'));
  const upstream = await run('npm', ['config', 'get', 'registry']);
  registry = await Registry.publish(packedLibrary(), upstream.stdout.trim());
});

afterAll(async () => {
  await registry.close();
  rmSync(folder, { recursive: true, force: true });
});

/** What a newcomer does who has nothing but the page: run its commands, and write its files, from the top. */
it.each(VERSIONS)(
  'leads from an empty folder to a tool that a client calls and a test that passes, with Nest $nest',
  async ({ nest, cli, ending }) => {
    const port = await freePort();
    const printed: Record<string, string> = {};
    let application: { stop(): Promise<void> } | undefined;
    let cwd = join(folder, nest);
    mkdirSync(cwd);

    const bash = async ({ id, code }: CodeBlock) => {
      const command = code.replace('npx @nestjs/cli', cli);
      // npm's start has no end.
      if (id === 'start')
        return void (application = await startChild('bash', ['-c', command], { group: true, port, cwd }));
      const { stdout, stderr } = await run('bash', ['-euo', 'pipefail', '-c', `${command}\npwd`], {
        cwd,
        env: { ...process.env, ...QUIET, NODE_OPTIONS: '', ...(id === 'install' && registry.env) },
        maxBuffer: 64 * 1024 * 1024,
      });
      const lines = stdout.trimEnd().split('\n');
      cwd = lines.pop()!;
      printed[id] = lines.join('\n');
      // Jest prints its summary there.
      if (id === 'test') printed[id] += stderr;
    };

    try {
      for (const block of codeBlocks('docs/quick-start.md')) {
        if (block.language === 'bash') await bash(block);
        else if (block.language !== 'text')
          writeFileSync(
            join(cwd, nameOf(block)),
            withEnding(block.code, ending).replace(':3000/', `:${port}/`),
          );
      }
    } finally {
      await application?.stop();
    }
    expect(shapeOf(printed['call']!)).toBe(shapeOf(pageCode('docs/quick-start.md', 'call-output')));
    expect(printed['test']).toMatch(/Tests\D*5 passed/);
  },
  5 * MINUTE,
);

function withEnding(code: string, ending: string): string {
  return code.replaceAll(/( from '\.\/[^']+)\.js'/g, `$1${ending}'`);
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
