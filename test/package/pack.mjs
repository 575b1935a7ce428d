import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Builds and packs the library once, for all specs of this folder. */
export default function pack() {
  const folder = mkdtempSync(join(tmpdir(), 'packed-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const npm = (cwd, ...args) => execFileSync('npm', args, { cwd, shell: process.platform === 'win32' });
  rmSync('libs/mcp-sse/dist', { recursive: true, force: true });
  npm('.', 'run', 'build:lib');
  npm('libs/mcp-sse', 'pack', '--pack-destination', folder);
  const { version } = JSON.parse(readFileSync('libs/mcp-sse/package.json', 'utf8'));
  process.env.PACKED_LIBRARY = join(folder, `nestjs-mcp-sse-${version}.tgz`);
}
