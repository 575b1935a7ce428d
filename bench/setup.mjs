/** Installs the other projects' servers and the versions of Node for the benchmark, each in its own folder. */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const peers = readdirSync(new URL('peers/', import.meta.url), { withFileTypes: true });
const folders = peers.filter((entry) => entry.isDirectory()).map(({ name }) => `peers/${name}`);

for (const folder of [...folders, 'nodes']) {
  process.stdout.write(`\n${folder}\n`);
  const cwd = fileURLToPath(new URL(folder, import.meta.url));
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd, stdio: 'inherit' });
}
