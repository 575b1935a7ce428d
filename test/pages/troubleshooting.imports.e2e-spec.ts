import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';

const run = promisify(execFile);

it.each(['nestjs-mcp-sse/test', 'nestjs-mcp-sse/dist/index.js'])('imports %s', async (specifier) => {
  await expect(imported(specifier)).rejects.toThrow('ERR_PACKAGE_PATH_NOT_EXPORTED');
});

it('ERR_PACKAGE_PATH_NOT_EXPORTED', () => {
  const page = readFileSync('docs/troubleshooting.md', 'utf8');
  const { exports } = JSON.parse(readFileSync('libs/mcp-sse/package.json', 'utf8')) as { exports: object };
  const entries = Object.keys(exports).filter((entry) => entry !== '.' && !entry.endsWith('.json'));
  for (const entry of entries) expect(page).toContain(`\`${entry.slice(1)}\``);
});

/** Imports by the package's own name, as Node resolves it in the package itself. */
function imported(specifier: string): Promise<unknown> {
  return run(process.execPath, ['--input-type=module', '--eval', `await import('${specifier}')`], {
    cwd: 'libs/mcp-sse',
  });
}
