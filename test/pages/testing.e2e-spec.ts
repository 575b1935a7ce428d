import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { usePage } from '../fixtures/page.js';
import { fileOf } from '../fixtures/readme-blocks.js';

const run = promisify(execFile);
const page = usePage('docs/testing.md');

it('has specs that pass', async () => {
  for (const id of ['spec', 'replaced', 'users', 'keys', 'eras', 'unit', 'matchers'])
    expect(fileOf(page.code(id))).toMatch(/\.spec\.ts$/);
  const { default: config } = (await import(pathToFileURL(resolve('jest.config.js')).href)) as {
    default: Record<string, object>;
  };
  const moduleNameMapper = JSON.parse(
    JSON.stringify(config['moduleNameMapper']).replaceAll('<rootDir>', resolve('.')),
  ) as object;
  const { testMatch: _, modulePathIgnorePatterns: __, ...settings } = config;
  const report = join(page.folder, 'report.json');
  writeFileSync(join(page.folder, 'jest.config.json'), JSON.stringify({ ...settings, moduleNameMapper }));
  await run(
    process.execPath,
    [
      '--experimental-vm-modules',
      resolve('node_modules/jest/bin/jest.js'),
      '--runInBand',
      '--json',
      `--outputFile=${report}`,
    ],
    { cwd: page.folder, env: { ...process.env, NODE_OPTIONS: '' } },
  );
  const { default: outcome } = (await import(report, { with: { type: 'json' } })) as { default: unknown };
  expect(outcome).toMatchObject({ numPassedTests: 9, numFailedTests: 0, numPendingTests: 0 });
}, 120_000);

it('has no block without a test', () => {
  expect(page.untested).toEqual([]);
});
